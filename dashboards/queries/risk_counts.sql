-- One row: how many areas stand at each level in a period.
select *
from deficit_warning.fct_level_count
where fund_code = $fund_code
    and period_type = $period_type
    and period_code = $period_code
