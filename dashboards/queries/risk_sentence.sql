-- One row: the sentence of a period.
select *
from deficit_warning.fct_summary_sentence
where fund_code = $fund_code
    and period_type = $period_type
    and period_code = $period_code
