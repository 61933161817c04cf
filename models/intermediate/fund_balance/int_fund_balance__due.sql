{{ config(materialized='table') }}
-- What was due for each whole period and what came of it, by who pays. Due and collected on it leave refunds out; the
-- cash of a period (collected) is everything that came and went in it, whatever month it was due for.
with cell as (
    select
        contribution.area_code,
        insutype.scheme_code,
        case insutype.fund_code when '310100' then '310000' else insutype.fund_code end as fund_code,
        coalesce(contribution.due_month, contribution.event_month) as due_month,
        contribution.event_month,
        contribution.is_collected,
        contribution.is_next_year,
        case when contribution.contribution_kind_code = 'refund' then 1 else 0 end as is_refund,
        sum(contribution.employer_yuan) as employer_yuan,
        sum(contribution.person_yuan) as person_yuan,
        sum(contribution.other_yuan) as other_yuan,
        sum(contribution.late_fee_yuan) as late_fee_yuan
    from {{ ref('agg_contribution_month') }} as contribution
    inner join {{ ref('insutype') }} as insutype on contribution.insutype_code = insutype.insutype_code
    group by
        contribution.area_code, insutype.scheme_code, insutype.fund_code, contribution.due_month, contribution.event_month,
        contribution.is_collected, contribution.is_next_year, contribution.contribution_kind_code
),

payer as (
    {%- for code in ["employer", "person", "other"] %}
    select
        area_code,
        scheme_code,
        fund_code,
        due_month,
        event_month,
        is_collected,
        is_next_year,
        is_refund,
        '{{ code }}' as payer_code,
        coalesce({{ code }}_yuan, 0) as amount_yuan,
        {{ "coalesce(late_fee_yuan, 0)" if code == "employer" else "0" }} as late_fee_yuan
    from cell
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

indexed as (
    select
        payer.*,
        due.period_index as due_index,
        event.period_index as event_index,
        least(due.period_index, event.period_index) as known_index,
        min(least(due.period_index, event.period_index)) over (
            partition by payer.area_code, payer.scheme_code, payer.fund_code, payer.payer_code
        ) as first_known_index
    from payer
    inner join {{ ref('dim_period') }} as due
        on
            payer.due_month = due.period_code
            and due.period_type = 'month'
    inner join {{ ref('dim_period') }} as event
        on
            payer.event_month = event.period_code
            and event.period_type = 'month'
),

chosen as (
    select
        area_code,
        period_type,
        period_code,
        period_end_date,
        min(month_index) as first_index,
        max(month_index) as last_index
    from (
        {{ whole_period_months(ref('agg_contribution_month'), 'event_month') | indent(8) }}
    ) as chosen_month
    group by area_code, period_type, period_code, period_end_date
),

age as (
    select
        max(case when age_code = 'short' then to_months end) as short_months,
        max(case when age_code = 'medium' then to_months end) as medium_months
    from {{ ref('arrears_age') }}
),

marked as (
    select
        chosen.*,
        indexed.scheme_code,
        indexed.fund_code,
        indexed.payer_code,
        indexed.amount_yuan,
        indexed.late_fee_yuan,
        indexed.is_refund = 1 as is_refund,
        indexed.is_next_year,
        indexed.is_refund = 0 and indexed.due_index <= chosen.last_index as is_due,
        indexed.due_index >= chosen.first_index as is_of_period,
        indexed.is_collected and indexed.event_index <= chosen.last_index as is_in,
        indexed.is_collected and indexed.event_index between chosen.first_index and chosen.last_index as is_cash,
        indexed.event_index <= indexed.due_index as is_on_time,
        chosen.last_index - indexed.due_index as age_months
    -- one to many: a cell counts for the periods in which it was due or came, and for every later one in which it is in
    -- arrears; the first cells of a payer stand in every period after them, so that nobody's row is missing
    from chosen
    inner join indexed
        on
            chosen.area_code = indexed.area_code
            and indexed.known_index <= chosen.last_index
            and (
                indexed.known_index = indexed.first_known_index
                or indexed.due_index between chosen.first_index and chosen.last_index
                or indexed.event_index between chosen.first_index and chosen.last_index
                or indexed.due_index <= chosen.last_index
                and (not indexed.is_collected or indexed.event_index > chosen.last_index)
            )
)

select
    marked.area_code,
    marked.scheme_code,
    marked.fund_code,
    marked.payer_code,
    marked.period_type,
    marked.period_code,
    marked.period_end_date
    {%- for name, condition in [
        ("due_yuan", "is_due and is_of_period"),
        ("collected_of_due_yuan", "is_due and is_of_period and is_in"),
        ("on_time_yuan", "is_due and is_of_period and is_in and is_on_time"),
        ("late_yuan", "is_due and is_of_period and is_in and not is_on_time"),
        ("collected_yuan", "is_cash"),
        ("collected_arrears_yuan", "is_cash and is_due and not is_of_period"),
        ("refund_yuan", "is_cash and is_refund"),
        ("prepaid_yuan", "is_cash and is_next_year"),
        ("arrears_yuan", "is_due and not is_in"),
        ("arrears_short_yuan", "is_due and not is_in and age_months < age.short_months"),
        ("arrears_medium_yuan", "is_due and not is_in and age_months >= age.short_months"
            ~ " and age_months < age.medium_months"),
        ("arrears_long_yuan", "is_due and not is_in and age_months >= age.medium_months"),
    ] %},
    {{ sum_money("case when " ~ condition ~ " then marked.amount_yuan else 0 end") }} as {{ name }}
    {%- endfor %},
    {{ sum_money("case when is_cash then marked.late_fee_yuan else 0 end") }} as late_fee_yuan
from marked
cross join age
group by
    marked.area_code, marked.scheme_code, marked.fund_code, marked.payer_code, marked.period_type, marked.period_code,
    marked.period_end_date
