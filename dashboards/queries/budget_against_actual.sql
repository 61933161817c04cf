-- One row per side of one area and fund: the year's budget beside the year-to-date actual of the chosen period. A region's
-- revised budget counts where all its areas have one; partly_revised_count says how many have where not all do.
with budgets as (
    select
        statement_code,
        income_yuan,
        expenditure_yuan,
        surplus_yuan,
        areas_reported_count,
        row_number() over (
            order by
                case when areas_reported_count >= areas_expected_count then 1 else 2 end,
                areas_reported_count desc,
                case statement_code when 'revised_budget' then 1 else 2 end
        ) as preference,
        max(case when statement_code = 'revised_budget' and areas_reported_count < areas_expected_count then areas_reported_count end)
            over () as partly_revised_count,
    from fund_balance.fct_fund_balance
    where area_code = $area_code
        and fund_code = $fund_code
        and period_type = 'year'
        and period_code = $year
        and statement_code in ('budget', 'revised_budget')
        and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
)

select
    budgets.statement_code,
    budgets.income_yuan as budget_income_yuan,
    budgets.expenditure_yuan as budget_expenditure_yuan,
    budgets.surplus_yuan as budget_surplus_yuan,
    case when actual.period_type = 'year' then actual.income_yuan else actual.ytd_income_yuan end as ytd_income_yuan,
    case when actual.period_type = 'year' then actual.expenditure_yuan else actual.ytd_expenditure_yuan end
        as ytd_expenditure_yuan,
    case when actual.period_type = 'year' then actual.surplus_yuan else actual.ytd_surplus_yuan end
        as ytd_surplus_yuan,
    budgets.areas_reported_count as budget_areas_count,
    budgets.partly_revised_count,
    actual.areas_reported_count as actual_areas_count,
from budgets
left join fund_balance.fct_fund_balance as actual
    on actual.area_code = $area_code
    and actual.fund_code = $fund_code
    and actual.period_type = $period_type
    and actual.period_code = $period_code
    and actual.is_actual
where budgets.preference = 1
