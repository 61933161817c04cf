{{ config(materialized='table') }}
-- Everything the rules look at, side by side. A period that was not reported has no measures.
with measure as (
    select
        grid.area_code,
        grid.fund_code,
        grid.period_type,
        grid.period_code,
        grid.period_end_date,
        grid.year_number,
        grid.end_month_number,
        grid.position,
        grid.is_reported,
        coalesce(balance.is_held, false) as is_held,
        balance.actual_closing_yuan,
        balance.reserve_months,
        balance.rolling_surplus_yuan,
        case
            when grid.is_reported then coalesce(year_end.year_end_reserve_months, balance.year_end_reserve_months)
        end as year_end_reserve_months,
        case when grid.is_reported then year_end.year_end_closing_yuan end as year_end_closing_yuan,
        case when grid.is_reported then prior_year.year_surplus_yuan end as prior_year_surplus_yuan,
        case when grid.is_reported then budget.budget_surplus_yuan end as budget_surplus_yuan,
        case when grid.is_reported then budget.budget_closing_yuan end as budget_closing_yuan
    from {{ ref('int_deficit_warning__period_grid') }} as grid
    left join {{ ref('fund_balance__fct_fund_balance') }} as balance
        on
            grid.area_code = balance.area_code
            and grid.fund_code = balance.fund_code
            and grid.period_type = balance.period_type
            and grid.period_code = balance.period_code
            and balance.is_actual
    left join {{ ref('int_deficit_warning__year_end') }} as year_end
        on
            grid.area_code = year_end.area_code
            and grid.fund_code = year_end.fund_code
            and grid.closed_year_number = year_end.year_number
    left join {{ ref('int_deficit_warning__year_end') }} as prior_year
        on
            grid.area_code = prior_year.area_code
            and grid.fund_code = prior_year.fund_code
            and grid.year_number - 1 = prior_year.year_number
    left join {{ ref('int_fund_balance__budget_in_force') }} as budget
        on
            grid.area_code = budget.area_code
            and grid.fund_code = budget.fund_code
            and grid.year_number = budget.year_number
)

select
    measure.area_code,
    measure.fund_code,
    measure.period_type,
    measure.period_code,
    measure.period_end_date,
    measure.position,
    measure.is_reported,
    measure.is_held,
    measure.actual_closing_yuan,
    measure.reserve_months,
    measure.rolling_surplus_yuan,
    measure.year_end_reserve_months,
    measure.year_end_closing_yuan,
    measure.prior_year_surplus_yuan,
    measure.budget_surplus_yuan,
    measure.budget_closing_yuan,
    -- the better of this and last year's twelve months: below zero only where both are
    case
        when measure.rolling_surplus_yuan >= year_ago.rolling_surplus_yuan then measure.rolling_surplus_yuan
        when measure.rolling_surplus_yuan < year_ago.rolling_surplus_yuan then year_ago.rolling_surplus_yuan
    end as two_year_surplus_yuan
from measure
left join measure as year_ago
    on
        measure.area_code = year_ago.area_code
        and measure.fund_code = year_ago.fund_code
        and measure.period_type = year_ago.period_type
        and measure.year_number - 1 = year_ago.year_number
        and measure.end_month_number = year_ago.end_month_number
