{{ config(materialized='table') }}
-- Levels without flapping, as a pure function of the series: a threshold signals 1 after periods_to_raise periods
-- beyond it in a row, 0 after periods_to_clear periods clear of it by the margin, otherwise nothing; its state is the
-- last signal given. A period without data breaks a row of periods and leaves the state as it was.
{%- set series = ["area_code", "fund_code", "period_type", "rule_code", "threshold_no"] %}
with distance as (
    select
        metric.area_code,
        metric.fund_code,
        metric.period_type,
        metric.period_code,
        metric.period_end_date,
        metric.position,
        metric.is_reported,
        metric.metric_code,
        metric.metric_value,
        metric.missing_reason,
        threshold.rule_code,
        threshold.threshold_no,
        threshold.operator,
        threshold.threshold_value,
        threshold.level_code,
        threshold.is_required,
        timing.periods_to_raise,
        timing.periods_to_clear,
        timing.clear_margin,
        -- positive on the safe side
        case
            when threshold.operator in ('<', '<=') then metric.metric_value - threshold.threshold_value
            else threshold.threshold_value - metric.metric_value
        end as margin
    from {{ ref('int_deficit_warning__metric_value') }} as metric
    inner join {{ ref('warning_threshold') }} as threshold
        on
            metric.fund_code = threshold.fund_code
            and metric.metric_code = threshold.metric_code
    inner join {{ ref('warning_rule') }} as rule
        on
            threshold.rule_code = rule.rule_code
            and rule.is_enabled
    inner join {{ ref('warning_rule_period') }} as timing
        on
            threshold.rule_code = timing.rule_code
            and metric.period_type = timing.period_type
),

side as (
    select
        *,
        case when operator in ('<', '>') then margin < 0 else margin <= 0 end as is_beyond,
        case when operator in ('<', '>') then margin >= clear_margin else margin > clear_margin end as is_clear
    from distance
),

run as (
    select
        *,
        {{ run_length('is_beyond', series) }} as beyond_count,
        {{ run_length('is_clear', series) }} as clear_count
    from side
),

signal as (
    select
        *,
        case
            when beyond_count >= periods_to_raise then 1
            when clear_count >= periods_to_clear then 0
        end as signal_value
    from run
),

state as (
    select
        *,
        -- the last signal rides on its position; where none was given yet the threshold is not active
        coalesce(
            mod(
                max(2 * position + signal_value) over (
                    partition by {{ series | join(", ") }} order by position
                    rows between unbounded preceding and current row
                ),
                2
            ),
            0
        ) as state_value
    from signal
)

select
    area_code,
    fund_code,
    period_type,
    period_code,
    period_end_date,
    position,
    is_reported,
    rule_code,
    threshold_no,
    metric_code,
    metric_value,
    missing_reason,
    operator,
    threshold_value,
    level_code,
    is_required,
    periods_to_raise,
    periods_to_clear,
    clear_margin,
    margin,
    is_beyond,
    state_value = 1 and metric_value is not null as is_active
from state
