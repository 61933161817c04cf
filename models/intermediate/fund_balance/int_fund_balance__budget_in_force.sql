-- The budget in force of a year: the revised one where it is there. A region is judged by its budget when all areas
-- that are waited for have one: some areas' budgets are not the region's.
with budget as (
    select
        area_code,
        fund_code,
        extract(year from period_end_date) as year_number,
        income_yuan as budget_income_yuan,
        expenditure_yuan as budget_expenditure_yuan,
        surplus_yuan as budget_surplus_yuan,
        actual_closing_yuan as budget_closing_yuan,
        row_number() over (
            partition by area_code, fund_code, extract(year from period_end_date)
            order by case statement_code when 'revised_budget' then 1 else 2 end
        ) as version_no
    from {{ ref('fund_balance__fct_fund_balance') }}
    where
        period_type = 'year'
        and statement_code in ('budget', 'revised_budget')
        and areas_reported_count >= areas_expected_count
)

select
    area_code,
    fund_code,
    year_number,
    budget_income_yuan,
    budget_expenditure_yuan,
    budget_surplus_yuan,
    budget_closing_yuan
from budget
where version_no = 1
