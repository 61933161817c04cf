{{ config(materialized='table') }}
-- The area as a whole (ALL): the worst of its employees' and residents' levels; one that cannot be told hides a calm
-- one, never a warning. Its balance is that of 合计 in fund_balance, its reserve that of the last closed year end,
-- since the residents' part of it has a season.
with ranked as (
    select
        *,
        row_number() over (
            partition by area_code, period_type, period_code
            order by severity_rank desc, overall_rank asc
        ) as worst_no,
        min(case when is_reported then 1 else 0 end) over (
            partition by area_code, period_type, period_code
        ) as is_whole,
        max(case when is_held then 1 else 0 end) over (
            partition by area_code, period_type, period_code
        ) as is_any_held,
        sum(rules_hit_count) over (
            partition by area_code, period_type, period_code
        ) as whole_hit_count
    from {{ ref('int_deficit_warning__fund_level') }}
    where overall_rank is not null
)

select
    ranked.area_code,
    'ALL' as fund_code,
    ranked.period_type,
    ranked.period_code,
    ranked.period_end_date,
    -- A delivered 合计 is a report too, where one of the two funds was not given apart.
    ranked.is_whole = 1 or whole.area_code is not null as is_reported,
    ranked.is_any_held = 1 as is_held,
    whole.actual_closing_yuan,
    whole.year_end_reserve_months as reserve_months,
    ranked.severity_rank,
    surplus.level_code as surplus_level_code,
    ranked.whole_hit_count as rules_hit_count,
    ranked.leading_rule_code,
    ranked.leading_metric_value,
    ranked.leading_threshold_value,
    ranked.trend_code,
    ranked.fund_code as leading_fund_code
from ranked
left join (
    select
        fund_level.area_code,
        fund_level.period_type,
        fund_level.period_code,
        max(level.severity_rank) as surplus_rank
    from {{ ref('int_deficit_warning__fund_level') }} as fund_level
    inner join {{ ref('warning_level') }} as level on fund_level.surplus_level_code = level.level_code
    where fund_level.overall_rank is not null
    group by fund_level.area_code, fund_level.period_type, fund_level.period_code
) as whole_surplus
    on
        ranked.area_code = whole_surplus.area_code
        and ranked.period_type = whole_surplus.period_type
        and ranked.period_code = whole_surplus.period_code
left join {{ ref('fund_balance__bridge_fund_scope') }} as scope
    on
        ranked.area_code = scope.area_code
        and scope.scheme_code = 'all'
        and scope.basis_code = 'pooled'
left join {{ ref('fund_balance__fct_fund_balance') }} as whole
    on
        ranked.area_code = whole.area_code
        and scope.fund_code = whole.fund_code
        and ranked.period_type = whole.period_type
        and ranked.period_code = whole.period_code
        and whole.is_actual
left join {{ ref('warning_level') }} as surplus on whole_surplus.surplus_rank = surplus.severity_rank
where ranked.worst_no = 1
