-- B07, first leg: expenditure of the window growing faster than income for n periods in a row.
with actual as (
    select
        balance.area_code,
        balance.fund_code,
        balance.period_type,
        balance.period_code,
        balance.period_index,
        reserve.rolling_income_yuan,
        reserve.rolling_expenditure_yuan
    from {{ ref('int_fund_balance__balance') }} as balance
    inner join {{ ref('int_fund_balance__reserve') }} as reserve on balance.statement_key = reserve.statement_key
    where balance.is_actual and reserve.rolling_income_yuan > 0 and reserve.rolling_expenditure_yuan > 0
),

growth as (
    select
        this_year.area_code,
        this_year.fund_code,
        this_year.period_type,
        this_year.period_code,
        this_year.period_index,
        this_year.rolling_expenditure_yuan - this_year.rolling_income_yuan as evidence_yuan,
        this_year.rolling_expenditure_yuan * last_year.rolling_income_yuan
        > this_year.rolling_income_yuan * last_year.rolling_expenditure_yuan as is_faster
    from actual as this_year
    inner join actual as last_year
        on
            this_year.area_code = last_year.area_code
            and this_year.fund_code = last_year.fund_code
            and this_year.period_type = last_year.period_type
            and this_year.period_index - {{ periods_per_year('this_year.period_type') }} = last_year.period_index
),

run_of_growth as (
    select
        growth.area_code,
        growth.fund_code,
        growth.period_type,
        growth.period_code,
        growth.evidence_yuan,
        parameter.parameter_value as growth_periods,
        count(*) as periods_count,
        sum(case when other.is_faster then 1 else 0 end) as faster_count
    from growth
    inner join {{ ref('check_parameter') }} as parameter
        on growth.fund_code = parameter.fund_code and parameter.parameter_code = 'growth_periods'
    inner join growth as other
        on
            growth.area_code = other.area_code
            and growth.fund_code = other.fund_code
            and growth.period_type = other.period_type
            and other.period_index > growth.period_index - parameter.parameter_value
            and other.period_index <= growth.period_index
    group by
        growth.area_code, growth.fund_code, growth.period_type, growth.period_code,
        growth.evidence_yuan, parameter.parameter_value
)

select
    area_code,
    fund_code,
    period_type,
    period_code,
    faster_count = growth_periods as is_violated,
    evidence_yuan
from run_of_growth
where periods_count = growth_periods
