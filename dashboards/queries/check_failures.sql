-- One row per failing or warning result of a check, with the keys behind it.
select
    result.check_id,
    result.check_name,
    result.kind,
    result.status,
    coalesce(dim_area.area_name, result.area_code) as area_name,
    result.fund_code,
    coalesce(dim_fund.fund_name, result.fund_code) as fund_name,
    result.period_type,
    result.period_code,
    result.violated_count,
    result.denominator_count,
    result.evidence_yuan,
    result.sample_keys,
    result.doc_no,
    result.clause,
from data_quality.fct_check_result as result
left join core.dim_area on result.area_code = dim_area.area_code
left join core.dim_fund on result.fund_code = dim_fund.fund_code
where result.status in ('fail', 'warn')
    and ($check_id = '*' or result.check_id = $check_id)
    and (result.area_code is null or ($scope = '*' or list_contains(string_split($scope, ','), result.area_code)))
order by result.status, result.check_id, result.period_code desc, result.area_code
limit 1000
