-- One row per statement whose figures differ: restated openings, typing errors, omissions, rounding, final audits.
select
    area_code,
    area_name,
    fund_code,
    fund_name,
    period_type,
    period_code,
    statement_code,
    difference_class,
    difference_yuan,
    opening_restatement_yuan,
    closing_difference_yuan,
    stated_income_difference_yuan,
    stated_expenditure_difference_yuan,
    stated_surplus_difference_yuan,
    final_audit_yuan,
    precision_yuan,
    is_held,
from fund_balance.fct_fund_balance
where difference_class <> 'none'
    and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
order by period_end_date desc, abs(difference_yuan) desc nulls last, area_code, fund_code
limit 3000
