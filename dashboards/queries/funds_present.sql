-- One row per area and fund with actual figures in a period.
select distinct
    area_code,
    fund_code,
from fund_balance.fct_fund_balance
where is_actual
    and period_type = $period_type
    and period_code = $period_code
    and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
