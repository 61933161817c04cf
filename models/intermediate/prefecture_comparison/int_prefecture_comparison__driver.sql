{{ config(materialized='table') }}
{#
    What moved the spending of an area, scheme and medical kind since the same period of last year:
    spending = heads x visits per head x cost per visit x fund share, split by the logarithmic mean Divisia index
    (B. W. Ang, LMDI-I, additive form): L(a, b) = (a - b) / (ln a - ln b), contribution of a factor x =
    L(spending, last year's) x ln(x / last year's x). It leaves no rest and does not depend on the factors' order.
    The last factor takes what rounding to the cent leaves. Where a factor is zero or below in either year the
    logarithm does not exist: the whole growth stands as unsplit.
#}
with heads as (
    -- an area and scheme counts where cover and care both stand for the period
    select
        cover.area_code,
        cover.scheme_code,
        cover.period_type,
        cover.period_code,
        cover.period_end_date,
        cover.period_index,
        cover.average_insured_count as head_count
    from {{ ref('int_prefecture_comparison__cover') }} as cover
    inner join {{ ref('int_prefecture_comparison__care') }} as care
        on
            cover.area_code = care.area_code
            and cover.scheme_code = care.scheme_code
            and cover.period_type = care.period_type
            and cover.period_code = care.period_code
            and care.medical_kind_code = 'all'
    where cover.scheme_code <> 'all'
),

kind as (
    select distinct medical_kind_code
    from {{ ref('int_prefecture_comparison__care') }}
    where medical_kind_code <> 'all'
),

-- every kind in every area, so that heads add up whatever kinds an area has
spending as (
    select
        heads.*,
        kind.medical_kind_code,
        coalesce(care.visit_count, 0) as visit_count,
        coalesce(care.medical_fee_yuan, 0) as medical_fee_yuan,
        coalesce(care.fund_pay_yuan, 0) as spending_yuan
    from heads
    cross join kind
    left join {{ ref('int_prefecture_comparison__care') }} as care
        on
            heads.area_code = care.area_code
            and heads.scheme_code = care.scheme_code
            and heads.period_type = care.period_type
            and heads.period_code = care.period_code
            and kind.medical_kind_code = care.medical_kind_code
),

compared as (
    select
        spending.*,
        last_year.head_count as prior_head_count,
        last_year.visit_count as prior_visit_count,
        last_year.medical_fee_yuan as prior_medical_fee_yuan,
        last_year.spending_yuan as prior_spending_yuan,
        spending.head_count > 0 and last_year.head_count > 0
        and spending.visit_count > 0 and last_year.visit_count > 0
        and spending.medical_fee_yuan > 0 and last_year.medical_fee_yuan > 0
        and spending.spending_yuan > 0 and last_year.spending_yuan > 0 as is_split
    from spending
    left join spending as last_year
        on
            spending.area_code = last_year.area_code
            and spending.scheme_code = last_year.scheme_code
            and spending.medical_kind_code = last_year.medical_kind_code
            and spending.period_type = last_year.period_type
            and spending.period_index - {{ periods_per_year("spending.period_type") }} = last_year.period_index
),

weighted as (
    select
        compared.*,
        spending_yuan - prior_spending_yuan as growth_yuan,
        case
            when not is_split then null
            when spending_yuan = prior_spending_yuan then cast(spending_yuan as double)
            else
                cast(spending_yuan - prior_spending_yuan as double)
                / ln(cast(spending_yuan as double) / cast(prior_spending_yuan as double))
        end as weight
    from compared
),

factor as (
    select
        weighted.*,
        {%- for name, over, under in [
            ("heads", "head_count", none), ("visits", "visit_count", "head_count"),
            ("cost", "medical_fee_yuan", "visit_count"),
        ] %}
        case
            when is_split
                then cast(round(weight * ln(
                    cast({{ over }} as double) / cast(prior_{{ over }} as double)
                    {%- if under %} * cast(prior_{{ under }} as double) / cast({{ under }} as double){% endif %}
                ), 2) as decimal(20, 2))
        end as {{ name }}_contribution_yuan{{ "," if not loop.last }}
        {%- endfor %}
    from weighted
)

select
    area_code,
    scheme_code,
    medical_kind_code,
    period_type,
    period_code,
    period_end_date,
    head_count,
    visit_count,
    medical_fee_yuan,
    spending_yuan,
    prior_head_count,
    prior_visit_count,
    prior_medical_fee_yuan,
    prior_spending_yuan,
    heads_contribution_yuan,
    visits_contribution_yuan,
    cost_contribution_yuan,
    case
        when is_split
            then growth_yuan - heads_contribution_yuan - visits_contribution_yuan - cost_contribution_yuan
    end as share_contribution_yuan
from factor
