{{ config(materialized='table') }}
-- One level for each rule: its worst active threshold; without one, not_available where a required metric is missing.
-- The decisive threshold is that worst one, else the missing one, else the nearest.
{%- set rule_key = "state.area_code, state.fund_code, state.period_type, state.period_code, state.rule_code" %}
with ranked as (
    select
        state.*,
        level.severity_rank,
        max(case when state.is_required and state.metric_value is null then 1 else 0 end) over (
            partition by {{ rule_key }}
        ) as is_missing,
        max(case when state.is_active and level.severity_rank > 0 then 1 else 0 end) over (
            partition by {{ rule_key }}
        ) as is_raised,
        row_number() over (
            partition by {{ rule_key }}
            order by
                case when state.is_active then level.severity_rank + 2 else 0 end desc,
                case when state.is_required and state.metric_value is null then 0 else 1 end asc,
                case when state.metric_value is null then 1 else 0 end asc,
                state.margin asc,
                state.threshold_no asc
        ) as decisive_no
    from {{ ref('int_deficit_warning__threshold_state') }} as state
    inner join {{ ref('warning_level') }} as level on state.level_code = level.level_code
),

decided as (
    select
        ranked.*,
        case
            when ranked.is_raised = 1 then ranked.level_code
            when ranked.is_missing = 1 then 'not_available'
            else 'none'
        end as rule_level_code
    from ranked
    where ranked.decisive_no = 1
)

select
    decided.area_code,
    decided.fund_code,
    decided.period_type,
    decided.period_code,
    decided.period_end_date,
    decided.position,
    decided.is_reported,
    decided.rule_code,
    rule.axis,
    rule.basis,
    rule.is_required,
    decided.threshold_no,
    decided.metric_code,
    decided.metric_value,
    decided.missing_reason,
    decided.operator,
    decided.threshold_value,
    decided.periods_to_raise,
    decided.periods_to_clear,
    decided.clear_margin,
    decided.margin,
    decided.is_beyond,
    decided.is_active,
    decided.rule_level_code as level_code,
    level.severity_rank
from decided
inner join {{ ref('warning_rule') }} as rule on decided.rule_code = rule.rule_code
inner join {{ ref('warning_level') }} as level on decided.rule_level_code = level.level_code
