-- One row per statement of one area, fund and period, the actual one first.
select *
from fund_balance.fct_fund_balance
where area_code = $area_code
    and fund_code = $fund_code
    and period_type = $period_type
    and period_code = $period_code
    and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
order by is_actual desc, statement_code
