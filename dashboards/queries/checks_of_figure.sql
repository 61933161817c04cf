-- One row per check that looked at an area, fund and period (or at the whole relation).
select
    check_id,
    check_name,
    kind,
    status,
    violated_count,
    evidence_yuan,
    doc_no,
    clause,
from data_quality.fct_check_result
where (area_code is null or area_code = $area_code)
    and (fund_code is null or list_contains(string_split($fund_codes, ','), fund_code))
    and (period_code is null or (period_type = $period_type and period_code = $period_code))
    and ($scope = '*' or list_contains(string_split($scope, ','), coalesce(area_code, $area_code)))
order by case status when 'fail' then 1 when 'warn' then 2 when 'pass' then 3 else 4 end, check_id
limit 60
