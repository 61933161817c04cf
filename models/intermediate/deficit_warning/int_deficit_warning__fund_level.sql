{{ config(materialized='table') }}
-- One deficit level for each fund: the worst of its rules; without one, not_available where a required rule cannot be
-- judged. The leading rule is the worst, a published source first. The surplus axis never raises the level.
{%- set fund_key = "area_code, fund_code, period_type, period_code" %}
with summary as (
    select
        {{ fund_key }},
        max(case when axis = 'deficit' and severity_rank > 0 then severity_rank else -1 end) as worst_rank,
        max(case when axis = 'deficit' and is_required and severity_rank = 0 then 1 else 0 end) as is_missing,
        max(case when axis = 'surplus' then severity_rank end) as surplus_rank,
        sum(case when axis = 'deficit' and severity_rank > 0 then 1 else 0 end) as rules_hit_count
    from {{ ref('int_deficit_warning__rule_level') }}
    group by {{ fund_key }}
),

fund_level as (
    select
        *,
        case when worst_rank < 0 and is_missing = 1 then 0 else worst_rank end as severity_rank
    from summary
),

leading_rule as (
    select
        rule.area_code,
        rule.fund_code,
        rule.period_type,
        rule.period_code,
        rule.rule_code,
        rule.metric_value,
        rule.threshold_value,
        row_number() over (
            partition by rule.area_code, rule.fund_code, rule.period_type, rule.period_code
            order by
                -- a published rule leads a warning; silence and calm are told by the rule the level rests on
                case when rule.severity_rank > 0 or rule.is_required then 0 else 1 end,
                case when rule.basis = 'stated' then 0 else 1 end,
                rule.rule_code
        ) as leading_no
    from {{ ref('int_deficit_warning__rule_level') }} as rule
    inner join fund_level
        on
            rule.area_code = fund_level.area_code
            and rule.fund_code = fund_level.fund_code
            and rule.period_type = fund_level.period_type
            and rule.period_code = fund_level.period_code
            and rule.severity_rank = fund_level.severity_rank
    where rule.axis = 'deficit'
)

select
    measure.area_code,
    measure.fund_code,
    measure.period_type,
    measure.period_code,
    measure.period_end_date,
    measure.is_reported,
    measure.is_held,
    measure.actual_closing_yuan,
    case fund.reserve_metric_code
        when 'year_end_reserve_months' then measure.year_end_reserve_months
        else measure.reserve_months
    end as reserve_months,
    fund_level.severity_rank,
    surplus.level_code as surplus_level_code,
    fund_level.rules_hit_count,
    leading_rule.rule_code as leading_rule_code,
    leading_rule.metric_value as leading_metric_value,
    leading_rule.threshold_value as leading_threshold_value,
    trend.trend_code,
    fund.family_code,
    fund.overall_rank
from {{ ref('int_deficit_warning__measure') }} as measure
inner join {{ ref('warning_fund') }} as fund on measure.fund_code = fund.fund_code
inner join fund_level
    on
        measure.area_code = fund_level.area_code
        and measure.fund_code = fund_level.fund_code
        and measure.period_type = fund_level.period_type
        and measure.period_code = fund_level.period_code
inner join {{ ref('int_deficit_warning__trend') }} as trend
    on
        measure.area_code = trend.area_code
        and measure.fund_code = trend.fund_code
        and measure.period_type = trend.period_type
        and measure.period_code = trend.period_code
left join leading_rule
    on
        measure.area_code = leading_rule.area_code
        and measure.fund_code = leading_rule.fund_code
        and measure.period_type = leading_rule.period_type
        and measure.period_code = leading_rule.period_code
        and leading_rule.leading_no = 1
left join {{ ref('warning_level') }} as surplus on fund_level.surplus_rank = surplus.severity_rank
