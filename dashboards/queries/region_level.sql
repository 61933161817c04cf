-- One row: the level of one area and fund.
select *
from deficit_warning.fct_warning_level
where area_code = $area_code
    and fund_code = $fund_code
    and period_type = $period_type
    and period_code = $period_code
    and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
