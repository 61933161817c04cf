-- One row per check that looked at an area, fund and period (or at the whole relation).
select
    result.check_id,
    result.check_name,
    result.kind,
    result.status,
    result.violated_count,
    result.evidence_yuan,
    dim_check.doc_no,
    dim_check.doc_title,
    dim_check.clause,
from data_quality.fct_check_result as result
left join data_quality.dim_check on result.check_id = dim_check.check_id
where (result.area_code is null or result.area_code = $area_code)
    and (result.fund_code is null or list_contains(string_split($fund_codes, ','), result.fund_code))
    and (result.period_code is null or (result.period_type = $period_type and result.period_code = $period_code))
    and ($scope = '*' or list_contains(string_split($scope, ','), coalesce(result.area_code, $area_code)))
order by case result.status when 'fail' then 1 when 'warn' then 2 when 'pass' then 3 else 4 end, result.check_id
limit 60
