-- Each rule's level against the last known one.
{{ level_history(
    ref('int_deficit_warning__rule_level'),
    ["area_code", "fund_code", "period_type", "rule_code"]
) }}
