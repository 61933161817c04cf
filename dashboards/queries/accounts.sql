-- One row per account of one area, fund, period (actual statement), in the order of the statutory table.
select
    account_code,
    account_name,
    side,
    account_role,
    parent_account_code,
    amount_yuan,
    ytd_yuan,
    stated_yuan,
    prior_year_amount_yuan,
    yoy_ratio,
    statement_code,
from fund_balance.fct_fund_account
where area_code = $area_code
    and fund_code = $fund_code
    and period_type = $period_type
    and period_code = $period_code
    and is_actual
    and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
order by case side when 'income' then 1 when 'expenditure' then 2 else 3 end, sort_order, account_code
