-- One row per rule of one area and fund (for ALL: of both funds behind it), the ones that hit first.
select
    warning.fund_code,
    warning.fund_name,
    warning.rule_code,
    warning.rule_name,
    warning.metric_code,
    warning.metric_name,
    warning.unit,
    warning.metric_value,
    warning.threshold_value,
    warning.margin,
    warning.axis,
    warning.level_code,
    warning.level_reason,
    warning.months_in_level,
    warning.change_code,
    dim_rule.doc_no,
    dim_rule.doc_title,
    warning.clause,
    warning.basis,
    warning.is_reported,
from deficit_warning.fct_warning as warning
left join deficit_warning.dim_rule on warning.rule_code = dim_rule.rule_code
where warning.area_code = $area_code
    and list_contains(string_split($fund_codes, ','), warning.fund_code)
    and warning.period_type = $period_type
    and warning.period_code = $period_code
    and ($scope = '*' or list_contains(string_split($scope, ','), warning.area_code))
order by
    case warning.level_code
        when 'red' then 1 when 'orange' then 2 when 'yellow' then 3 when 'blue' then 4 when 'none' then 5 else 6
    end,
    warning.fund_code,
    warning.rule_code
