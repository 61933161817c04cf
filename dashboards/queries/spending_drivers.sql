-- One row per medical kind (all first) of one area and scheme in a period: what moved the spending.
select
    driver.*,
    case when driver.medical_kind_code = 'all' then 0 else 1 end as kind_order,
from prefecture_comparison.fct_spending_driver as driver
where driver.area_code = $area_code
    and driver.scheme_code = $scheme
    and driver.period_type = $period_type
    and driver.period_code = $period_code
    and ($scope = '*' or list_contains(string_split($scope, ','), driver.area_code))
order by kind_order, driver.spending_yuan desc, driver.medical_kind_code
