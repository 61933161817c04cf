-- B07, second leg: spending of the year so far, as a share of the budget, ahead of the share that the same date had
-- reached last year (seasonal progress) by more than the tolerance.
with balance as (
    select
        balance.area_code,
        balance.fund_code,
        balance.period_type,
        balance.period_code,
        balance.is_actual,
        period.year_number,
        period.period_no,
        balance.expenditure_yuan,
        balance.ytd_expenditure_yuan
    from {{ ref('int_fund_balance__balance') }} as balance
    inner join {{ ref('dim_period') }} as period
        on balance.period_type = period.period_type and balance.period_code = period.period_code
),

whole_year as (
    select
        area_code,
        fund_code,
        year_number,
        expenditure_yuan as year_yuan
    from balance
    where period_type = 'year' and is_actual
)

select
    this_year.area_code,
    this_year.fund_code,
    this_year.period_type,
    this_year.period_code,
    this_year.ytd_expenditure_yuan * whole_year.year_yuan
    > budget.budget_expenditure_yuan * (last_year.ytd_expenditure_yuan + parameter.parameter_value * whole_year.year_yuan)
        as is_violated,
    this_year.ytd_expenditure_yuan as evidence_yuan
from balance as this_year
inner join {{ ref('check_parameter') }} as parameter
    on this_year.fund_code = parameter.fund_code and parameter.parameter_code = 'progress_tolerance'
inner join balance as last_year
    on
        this_year.area_code = last_year.area_code
        and this_year.fund_code = last_year.fund_code
        and this_year.period_type = last_year.period_type
        and this_year.period_no = last_year.period_no
        and this_year.year_number - 1 = last_year.year_number
        and last_year.is_actual
inner join whole_year
    on
        this_year.area_code = whole_year.area_code
        and this_year.fund_code = whole_year.fund_code
        and this_year.year_number - 1 = whole_year.year_number
inner join {{ ref('int_fund_balance__budget_in_force') }} as budget
    on
        this_year.area_code = budget.area_code
        and this_year.fund_code = budget.fund_code
        and this_year.year_number = budget.year_number
where
    this_year.is_actual
    and this_year.period_type <> 'year'
    and budget.budget_expenditure_yuan > 0
    and whole_year.year_yuan > 0
    and this_year.ytd_expenditure_yuan is not null
    and last_year.ytd_expenditure_yuan is not null
