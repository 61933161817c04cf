{{ config(materialized='table') }}
-- Levels of the funds and of the areas as a whole, numbered in their series.
with level as (
    select
        area_code,
        fund_code,
        period_type,
        period_code,
        period_end_date,
        is_reported,
        is_held,
        actual_closing_yuan,
        reserve_months,
        severity_rank,
        surplus_level_code,
        rules_hit_count,
        leading_rule_code,
        leading_metric_value,
        leading_threshold_value,
        trend_code,
        fund_code as leading_fund_code
    from {{ ref('int_deficit_warning__fund_level') }}
    union all
    select
        area_code,
        fund_code,
        period_type,
        period_code,
        period_end_date,
        is_reported,
        is_held,
        actual_closing_yuan,
        reserve_months,
        severity_rank,
        surplus_level_code,
        rules_hit_count,
        leading_rule_code,
        leading_metric_value,
        leading_threshold_value,
        trend_code,
        leading_fund_code
    from {{ ref('int_deficit_warning__overall_level') }}
)

select
    level.*,
    name.level_code,
    row_number() over (
        partition by level.area_code, level.fund_code, level.period_type order by level.period_end_date
    ) as position
from level
inner join {{ ref('warning_level') }} as name on level.severity_rank = name.severity_rank
