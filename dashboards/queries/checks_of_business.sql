-- One row per check that guards a relation of the business figures: how it ended for an area (the region: for its areas)
-- in the months of a period.
with result as (
    select
        result.check_id,
        result.check_name,
        result.kind,
        result.violated_count,
        result.evidence_yuan,
        case result.status when 'fail' then 3 when 'warn' then 2 when 'pass' then 1 else 0 end as severity,
    from data_quality.fct_check_result as result
    left join core.dim_area on result.area_code = dim_area.area_code
    where list_contains(string_split(result.endangered_marts, ', '), $relation)
        and (result.area_code is null or result.area_code = $area_code or dim_area.region_code = $area_code)
        and (result.fund_code is null or list_contains(string_split($fund_codes, ','), result.fund_code))
        and (
            result.period_code is null
            or (result.period_type = $period_type and result.period_code = $period_code)
            or (result.period_type = 'month' and result.period_code between $first_month and $last_month)
        )
        and ($scope = '*' or list_contains(string_split($scope, ','), coalesce(result.area_code, $area_code)))
),

ended as (
    select
        check_id,
        min(check_name) as check_name,
        min(kind) as kind,
        max(severity) as severity,
        sum(violated_count) as violated_count,
        sum(evidence_yuan) as evidence_yuan,
    from result
    group by check_id
)

select
    ended.check_id,
    ended.check_name,
    ended.kind,
    case ended.severity when 3 then 'fail' when 2 then 'warn' when 1 then 'pass' else 'na_no_data' end as status,
    ended.violated_count,
    ended.evidence_yuan,
    dim_check.doc_no,
    dim_check.doc_title,
    dim_check.clause,
from ended
left join data_quality.dim_check on ended.check_id = dim_check.check_id
order by ended.severity desc, ended.check_id
