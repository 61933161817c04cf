-- One row per check and kind: how it ended last.
with results as (
    select
        check_id,
        min(check_name) as check_name,
        min(kind) as kind,
        min(tool) as tool,
        min(relation) as relation,
        max(case status when 'fail' then 3 when 'warn' then 2 when 'pass' then 1 when 'na_too_early' then -1 else 0 end)
            as severity,
        sum(violated_count) as violated_count,
        sum(denominator_count) as denominator_count,
        min(endangered_marts) as endangered_marts,
    from data_quality.fct_check_result
    group by check_id
)

select
    results.check_id,
    results.check_name,
    results.kind,
    results.tool,
    results.relation,
    case results.severity
        when 3 then 'fail' when 2 then 'warn' when 1 then 'pass' when -1 then 'na_too_early' else 'na_no_data'
    end as status,
    results.violated_count,
    results.denominator_count,
    results.endangered_marts,
    dim_check.doc_no,
    dim_check.doc_title,
    dim_check.clause,
from results
left join data_quality.dim_check on results.check_id = dim_check.check_id
order by results.severity desc, results.check_id
