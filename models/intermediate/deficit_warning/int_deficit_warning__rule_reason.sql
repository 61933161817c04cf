{{ config(materialized='table') }}
-- The level of a rule as a short sentence with its numbers; it states no cause.
with worded as (
    select
        level.area_code,
        level.fund_code,
        level.period_type,
        level.period_code,
        level.rule_code,
        level.level_code,
        level.missing_reason,
        level.is_beyond,
        level.is_active,
        level.periods_to_raise,
        level.periods_to_clear,
        metric.label_zh,
        threshold.finding_zh,
        threshold.clear_zh,
        case
            when metric.unit = 'yuan' then {{ yuan_zh("level.metric_value") }}
            else {{ months_zh("level.metric_value", "level.threshold_value") }} || ' ' || metric.unit_zh
        end as value_zh,
        case level.operator
            when '<' then '低于 '
            when '<=' then '不高于 '
            when '>' then '高于 '
            else '不低于 '
        end as beyond_zh,
        case level.operator
            when '<' then '不低于 '
            when '<=' then '高于 '
            when '>' then '不高于 '
            else '低于 '
        end as safe_zh,
        {{ limit_zh("level.threshold_value") }}
        || case when metric.unit = 'yuan' then '' else ' ' || metric.unit_zh end as limit_zh,
        case
            when level.clear_margin = 0 then ''
            else case when level.operator in ('<', '<=') then '高出 ' else '低出 ' end
                || {{ limit_zh("level.clear_margin") }} || ' ' || metric.unit_zh
        end as margin_zh
    from {{ ref('int_deficit_warning__rule_level') }} as level
    inner join {{ ref('metric') }} as metric on level.metric_code = metric.metric_code
    inner join {{ ref('warning_threshold') }} as threshold
        on
            level.rule_code = threshold.rule_code
            and level.fund_code = threshold.fund_code
            and level.threshold_no = threshold.threshold_no
)

select
    area_code,
    fund_code,
    period_type,
    period_code,
    rule_code,
    case
        when level_code = 'not_available' then missing_reason
        when is_beyond and is_active
            then label_zh || ' ' || value_zh || '，' || beyond_zh || limit_zh || coalesce('，' || finding_zh, '')
        when is_active
            then label_zh || ' ' || value_zh || '，已' || safe_zh || limit_zh
                || '，须连续 ' || cast(periods_to_clear as varchar) || ' 期' || margin_zh || '方可解除'
        when is_beyond
            then label_zh || ' ' || value_zh || '，' || beyond_zh || limit_zh
                || '，须连续 ' || cast(periods_to_raise as varchar) || ' 期方列级'
        else label_zh || ' ' || value_zh || '，' || safe_zh || limit_zh || coalesce('，' || clear_zh, '')
    end as level_reason
from worded
