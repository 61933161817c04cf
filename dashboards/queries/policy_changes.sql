-- One row per value that was set or changed, newest first.
select
    area_code,
    area_name,
    parameter_code,
    parameter_name,
    topic_code,
    subject_code,
    population_code,
    valid_from_date,
    old_value,
    new_value,
    value_change,
    unit_code,
    approval_code,
    approval_no,
    doc_no,
    doc_title,
    doc_status,
    clause,
    quote,
    basis,
    note
from benefits.fct_policy_change
where $scope = '*' or list_contains(string_split($scope, ','), area_code) or scope_level_code <> 'area'
order by valid_from_date desc, parameter_code, area_code
