-- One row per area, fund, period and statement: the figures by which two builds are compared.
select
    area_name,
    fund_name,
    period_code,
    statement_code,
    income_yuan,
    expenditure_yuan,
    actual_closing_yuan,
from fund_balance.fct_fund_balance
where ($scope = '*' or list_contains(string_split($scope, ','), area_code))
