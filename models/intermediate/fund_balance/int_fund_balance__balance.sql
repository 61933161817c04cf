{{ config(materialized='table') }}
-- Every statement that pages see: derived ones where all parts stand, with the given one kept beside; else the given.
-- Kept over 150 lines: every column is chosen between the derived statement and the given one.
with final_or_execution as (
    select statement_key, area_code, fund_code, period_type, period_code, statement_code
    from {{ ref('int_fund_balance__leaf_balance') }}
    union
    select statement_key, area_code, fund_code, period_type, period_code, statement_code
    from {{ ref('int_fund_balance__rollup_balance') }}
),

ranked as (
    select
        statement_key, area_code, fund_code, period_type, period_code, statement_code,
        statement_code in ('final', 'execution')
        and row_number() over (
            partition by area_code, fund_code, period_type, period_code
            order by case statement_code when 'final' then 1 when 'execution' then 2 else 3 end
        ) = 1 as is_actual
    from final_or_execution
),

{% set both = [
    'income_yuan', 'expenditure_yuan', 'surplus_yuan', 'ytd_income_yuan', 'ytd_expenditure_yuan', 'ytd_surplus_yuan',
    'reserve_expenditure_yuan', 'income_terms', 'expenditure_terms', 'opening_terms', 'origin_code',
] %}
joined as (
    select
        ranked.*,
        period.period_index,
        period.period_start_date,
        period.period_end_date,
        rollup.rollup_kind,
        leaf.is_given,
        {% for column in both %}
        case when rollup.statement_key is not null then rollup.{{ column }} else leaf.{{ column }} end as {{ column }},
        {% endfor %}
        -- Where a part's opening is unknown, the derived statement opens with the given one's; a region that has not
        -- all reports is no such sum: the balance of the whole does not go with the flows of some.
        coalesce(rollup.opening_yuan, whole.opening_yuan) as known_opening_yuan,
        case when rollup.opening_yuan is not null then rollup.opening_basis else coalesce(whole.opening_basis, 'not_available') end
            as known_opening_basis,
        case when rollup.opening_yuan is not null then rollup.opening_restatement_yuan else whole.opening_restatement_yuan end
            as known_restatement_yuan,
        case
            when rollup.statement_key is null then leaf.closing_yuan
            else {{ yuan('coalesce(rollup.closing_yuan, whole.opening_yuan + rollup.surplus_yuan)') }}
        end as known_closing_yuan,
        case
            when rollup.statement_key is null then leaf.actual_closing_yuan
            else {{ yuan('coalesce(rollup.actual_closing_yuan, whole.stated_closing_yuan, whole.opening_yuan + rollup.surplus_yuan)') }}
        end as known_actual_closing_yuan,
        leaf.income_yuan as own_income_yuan,
        leaf.expenditure_yuan as own_expenditure_yuan,
        leaf.surplus_yuan as own_surplus_yuan,
        leaf.stated_closing_yuan,
        leaf.stated_surplus_yuan,
        leaf.stated_surplus_difference_yuan as leaf_surplus_difference_yuan,
        leaf.stated_income_difference_yuan as leaf_income_difference_yuan,
        leaf.stated_expenditure_difference_yuan as leaf_expenditure_difference_yuan,
        leaf.grand_total_income_yuan,
        leaf.grand_total_expenditure_yuan,
        coalesce(rollup.eliminated_yuan, 0) as eliminated_yuan,
        greatest(coalesce(rollup.precision_yuan, 0), coalesce(leaf.precision_yuan, 0)) as precision_yuan,
        greatest(coalesce(rollup.opening_precision_yuan, 0), coalesce(leaf.opening_precision_yuan, 0))
            as opening_precision_yuan,
        case
            when area.area_kind = 'region' and ranked.fund_code not like 'ADJ%' then coalesce(rollup.areas_reported_count, 0)
            else 1
        end as areas_reported_count,
        case
            when area.area_kind = 'region' and ranked.fund_code not like 'ADJ%'
                then expected.areas_expected_count
            else 1
        end as areas_expected_count
    from ranked
    inner join {{ ref('dim_period') }} as period
        on ranked.period_type = period.period_type and ranked.period_code = period.period_code
    inner join {{ ref('dim_area') }} as area on ranked.area_code = area.area_code
    left join {{ ref('int_fund_balance__expected_count') }} as expected
        on area.area_code = expected.region_code and ranked.fund_code = expected.fund_code
    left join {{ ref('int_fund_balance__rollup_balance') }} as rollup on ranked.statement_key = rollup.statement_key
    left join {{ ref('int_fund_balance__leaf_balance') }} as leaf on ranked.statement_key = leaf.statement_key
    left join {{ ref('int_fund_balance__leaf_balance') }} as whole
        on case
            when coalesce(rollup.rollup_kind, '') <> 'region' or rollup.areas_reported_count >= expected.areas_expected_count
                then ranked.statement_key
        end = whole.statement_key
),

-- A fund that was derived the period before (职工 split, then not) has its prior closing only here.
followed as (
    select
        joined.*,
        earlier.known_actual_closing_yuan as earlier_closing_yuan
    from joined
    left join joined as earlier
        on
            joined.area_code = earlier.area_code
            and joined.fund_code = earlier.fund_code
            and joined.period_type = earlier.period_type
            and case
                when joined.statement_code in ('execution', 'final') and coalesce(joined.rollup_kind, '') <> 'region'
                    then joined.period_index - 1
            end = earlier.period_index
            and earlier.is_actual
),

opened as (
    select
        followed.*,
        coalesce(known_opening_yuan, earlier_closing_yuan) as opening_yuan,
        case
            when known_opening_yuan is null and earlier_closing_yuan is not null then 'prior_closing'
            else known_opening_basis
        end as opening_basis,
        case
            when known_opening_yuan is null and earlier_closing_yuan is not null then {{ yuan('0') }}
            else {{ yuan('coalesce(known_restatement_yuan, known_opening_yuan - earlier_closing_yuan)') }}
        end as opening_restatement_yuan,
        {{ yuan('coalesce(known_closing_yuan, earlier_closing_yuan + surplus_yuan)') }} as closing_yuan,
        {{ yuan('coalesce(known_actual_closing_yuan, earlier_closing_yuan + surplus_yuan)') }} as actual_closing_yuan
    from followed
)

select
    opened.*,
    {{ yuan('stated_closing_yuan - closing_yuan') }} as closing_difference_yuan,
    {% for item in ('income', 'expenditure') %}
    case
        when rollup_kind is null then leaf_{{ item }}_difference_yuan
        else {{ yuan('own_' ~ item ~ '_yuan - ' ~ item ~ '_yuan') }}
    end as stated_{{ item }}_difference_yuan,
    {% endfor %}
    case
        when rollup_kind is null then leaf_surplus_difference_yuan
        else {{ yuan('coalesce(stated_surplus_yuan, own_surplus_yuan) - surplus_yuan') }}
    end as stated_surplus_difference_yuan
from opened
