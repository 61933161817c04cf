select
    history.area_code,
    area.area_name,
    history.fund_code,
    fund.fund_name,
    history.period_type,
    history.period_code,
    history.period_end_date,
    history.rule_code,
    rule.rule_name,
    history.metric_code,
    metric.label_zh as metric_name,
    metric.unit,
    cast(history.metric_value as decimal(26, 6)) as metric_value,
    cast(history.threshold_value as decimal(26, 6)) as threshold_value,
    cast(history.margin as decimal(26, 6)) as margin,
    history.axis,
    history.level_code,
    reason.level_reason,
    cast(history.months_in_level as integer) as months_in_level,
    history.change_code,
    previous.level_code as previous_level_code,
    history.is_reported,
    rule.doc_no,
    rule.clause,
    rule.basis,
    rule.note
from {{ ref('int_deficit_warning__rule_history') }} as history
inner join {{ ref('int_deficit_warning__rule_reason') }} as reason
    on
        history.area_code = reason.area_code
        and history.fund_code = reason.fund_code
        and history.period_type = reason.period_type
        and history.period_code = reason.period_code
        and history.rule_code = reason.rule_code
inner join {{ ref('warning_rule') }} as rule on history.rule_code = rule.rule_code
inner join {{ ref('metric') }} as metric on history.metric_code = metric.metric_code
left join {{ ref('warning_level') }} as previous on history.previous_rank = previous.severity_rank
left join {{ ref('dim_area') }} as area on history.area_code = area.area_code
left join {{ ref('dim_fund') }} as fund on history.fund_code = fund.fund_code
