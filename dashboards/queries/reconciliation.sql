-- One row per fund and line of one area in a period: business against statement, the difference by cause.
select *
from fund_balance.fct_reconciliation
where area_code = $area_code
    and period_type = $period_type
    and period_code = $period_code
    and list_contains(string_split($fund_codes, ','), fund_code)
    and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
order by fund_code, abs(difference_yuan) desc, line_code
