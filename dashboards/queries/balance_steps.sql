-- One row per step of the balance of one area, fund and period (actual statement), zero steps left out.
select
    step.step_no,
    step.step_code,
    step.step_label_zh,
    step.step_yuan,
    step.running_yuan,
    step.is_total,
from fund_balance.fct_balance_step as step
inner join fund_balance.fct_fund_balance as balance
    on step.area_code = balance.area_code
    and step.fund_code = balance.fund_code
    and step.period_type = balance.period_type
    and step.period_code = balance.period_code
    and step.statement_code = balance.statement_code
    and balance.is_actual
where step.area_code = $area_code
    and step.fund_code = $fund_code
    and step.period_type = $period_type
    and step.period_code = $period_code
    and (step.is_total or step.step_yuan <> 0)
    and ($scope = '*' or list_contains(string_split($scope, ','), step.area_code))
order by step.step_no
