-- One row per period of one area and fund: actual figures up to the chosen period's end.
select
    period_code,
    period_end_date,
    income_yuan,
    expenditure_yuan,
    surplus_yuan,
    ytd_income_yuan,
    ytd_expenditure_yuan,
    actual_closing_yuan,
    reserve_months,
    year_end_reserve_months,
    areas_reported_count,
    prior_areas_reported_count,
    is_held,
from fund_balance.fct_fund_balance
where area_code = $area_code
    and fund_code = $fund_code
    and period_type = $period_type
    and is_actual
    and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
order by period_end_date
