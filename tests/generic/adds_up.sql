{# Rows of role addend add up to income and expenditure of the statement, to 0.00 yuan. #}
{% test adds_up(model, total_relation) %}
with part as (
    select
        area_code,
        fund_code,
        period_type,
        period_code,
        statement_code,
        sum(case when side = 'income' then amount_yuan else 0 end) as income_yuan,
        sum(case when side = 'expenditure' then amount_yuan else 0 end) as expenditure_yuan
    from {{ model }}
    where account_role = 'addend'
    group by area_code, fund_code, period_type, period_code, statement_code
)

select
    total.area_code,
    total.fund_code,
    total.period_code,
    total.statement_code,
    part.income_yuan,
    total.income_yuan as total_income_yuan,
    part.expenditure_yuan,
    total.expenditure_yuan as total_expenditure_yuan
from {{ total_relation }} as total
left join part
    on
        total.area_code = part.area_code
        and total.fund_code = part.fund_code
        and total.period_type = part.period_type
        and total.period_code = part.period_code
        and total.statement_code = part.statement_code
where
    coalesce(part.income_yuan, 0) <> coalesce(total.income_yuan, part.income_yuan, 0)
    or coalesce(part.expenditure_yuan, 0) <> coalesce(total.expenditure_yuan, part.expenditure_yuan, 0)
{% endtest %}
