select
    history.area_code,
    area.area_name,
    area.area_kind,
    history.fund_code,
    fund.fund_name,
    history.period_type,
    history.period_code,
    history.period_end_date,
    history.level_code,
    previous.level_code as previous_level_code,
    history.change_code,
    cast(history.months_in_level as integer) as months_in_level,
    history.trend_code,
    history.leading_rule_code,
    rule.rule_name as leading_rule_name,
    cast(history.leading_metric_value as decimal(26, 6)) as leading_metric_value,
    cast(history.leading_threshold_value as decimal(26, 6)) as leading_threshold_value,
    warning.level_reason,
    history.leading_fund_code,
    case when history.change_code in ('lowered', 'cleared') then former.leading_rule_code else history.leading_rule_code end
        as change_rule_code,
    case when history.change_code in ('lowered', 'cleared') then former_rule.rule_name else rule.rule_name end
        as change_rule_name,
    case when history.change_code in ('lowered', 'cleared') then former.leading_fund_code else history.leading_fund_code end
        as change_fund_code,
    history.surplus_level_code,
    cast(history.rules_hit_count as integer) as rules_hit_count,
    cast(history.reserve_months as decimal(18, 6)) as reserve_months,
    cast(history.actual_closing_yuan as decimal(20, 2)) as actual_closing_yuan,
    history.is_reported,
    history.is_held,
    coalesce(area.is_expected_reporter, false) as is_expected_reporter,
    history.position = 1 as is_first_period
from {{ ref('int_deficit_warning__level_history') }} as history
left join {{ ref('int_deficit_warning__rule_reason') }} as warning
    on
        history.area_code = warning.area_code
        and history.leading_fund_code = warning.fund_code
        and history.period_type = warning.period_type
        and history.period_code = warning.period_code
        and history.leading_rule_code = warning.rule_code
left join {{ ref('warning_rule') }} as rule on history.leading_rule_code = rule.rule_code
-- what has been lifted is told by the rule that had raised it, not by the one that is calm now
left join {{ ref('int_deficit_warning__level_history') }} as former
    on
        history.area_code = former.area_code
        and history.fund_code = former.fund_code
        and history.period_type = former.period_type
        and history.previous_position = former.position
left join {{ ref('warning_rule') }} as former_rule on former.leading_rule_code = former_rule.rule_code
left join {{ ref('warning_level') }} as previous on history.previous_rank = previous.severity_rank
left join {{ ref('dim_area') }} as area on history.area_code = area.area_code
left join {{ ref('dim_fund') }} as fund on history.fund_code = fund.fund_code
