-- One row per statement that may be part of a sum: the funds of the area itself; for the region the same fund of its
-- reporting areas and what the region has of the adjustment funds.
select
    part.area_code,
    part.area_name,
    part.fund_code,
    part.fund_name,
    part.opening_yuan,
    part.income_yuan,
    part.expenditure_yuan,
    part.surplus_yuan,
    part.actual_closing_yuan,
    part.area_code <> $area_code as is_of_area,
    part.stated_closing_yuan is not null as is_closing_stated,
from fund_balance.fct_fund_balance as part
inner join core.dim_area as area on part.area_code = area.area_code
where part.is_actual
    and part.period_type = $period_type
    and part.period_code = $period_code
    and (
        part.area_code = $area_code
        or (area.region_code = $area_code and area.is_expected_reporter and part.fund_code = $fund_code)
    )
    and ($scope = '*' or list_contains(string_split($scope, ','), part.area_code))
order by area.sort_order, part.fund_code
