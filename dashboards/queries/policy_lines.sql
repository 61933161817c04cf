-- One row per threshold of reserve months that is in force for a fund and a kind of period.
select distinct
    rule_code,
    rule_name,
    metric_code,
    operator,
    threshold_value,
    level_code,
    doc_no,
    clause,
    basis,
from deficit_warning.dim_threshold
where fund_code = $fund_code
    and period_type = $period_type
    and metric_code in ('reserve_months', 'year_end_reserve_months')
order by threshold_value, rule_code
