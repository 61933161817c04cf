-- One row per area, parameter and population in force on a day. is_different: the areas do not all have this value.
select
    parameter.area_code,
    parameter.area_name,
    coalesce(dim_area.area_short_name, parameter.area_name) as area_short_name,
    parameter.area_sort_order,
    parameter.parameter_code,
    parameter.parameter_name,
    parameter.topic_code,
    parameter.sort_order,
    parameter.population_code,
    parameter.parameter_value,
    parameter.unit_code,
    parameter.valid_from_date,
    parameter.valid_to_date,
    parameter.scope_level_code,
    parameter.doc_no,
    parameter.doc_title,
    parameter.clause,
    parameter.quote,
    parameter.basis,
    parameter.approval_no,
    parameter.note,
    min(parameter.parameter_value) over same <> max(parameter.parameter_value) over same as is_different
from benefits.dim_policy_parameter as parameter
left join core.dim_area on parameter.area_code = dim_area.area_code
where parameter.valid_from_date <= cast($as_of as date)
    and (parameter.valid_to_date is null or parameter.valid_to_date > cast($as_of as date))
    and ($scope = '*' or list_contains(string_split($scope, ','), parameter.area_code))
window same as (partition by parameter.parameter_code, parameter.population_code)
order by parameter.sort_order, parameter.population_code, parameter.area_sort_order
