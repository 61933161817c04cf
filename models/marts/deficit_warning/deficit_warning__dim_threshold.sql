select
    threshold.rule_code,
    rule.rule_name,
    rule.axis,
    threshold.fund_code,
    timing.period_type,
    cast(threshold.threshold_no as integer) as threshold_no,
    threshold.metric_code,
    metric.label_zh as metric_name,
    metric.unit,
    threshold.operator,
    cast(threshold.threshold_value as decimal(26, 6)) as threshold_value,
    threshold.level_code,
    cast(timing.periods_to_raise as integer) as periods_to_raise,
    cast(timing.periods_to_clear as integer) as periods_to_clear,
    cast(timing.clear_margin as decimal(26, 6)) as clear_margin,
    rule.basis,
    rule.doc_no,
    rule.clause
from {{ ref('warning_threshold') }} as threshold
inner join {{ ref('warning_rule') }} as rule
    on
        threshold.rule_code = rule.rule_code
        and rule.is_enabled
inner join {{ ref('warning_rule_period') }} as timing on threshold.rule_code = timing.rule_code
inner join {{ ref('metric') }} as metric on threshold.metric_code = metric.metric_code
