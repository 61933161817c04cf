-- One row per rule of one area and fund (for ALL: of both funds behind it), the ones that hit first.
select
    warning.*,
    coalesce(dim_fund.fund_name, warning.fund_code) as fund_name,
    dim_metric.unit as metric_unit,
    dim_metric.label_zh as metric_label,
from deficit_warning.fct_warning as warning
left join core.dim_fund on warning.fund_code = dim_fund.fund_code
left join data_quality.dim_metric on warning.metric_code = dim_metric.metric_code
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
