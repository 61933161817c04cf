-- B06 B07: reserve months outside the band; expenditure of the window growing faster than income for n periods.
with parameter as (
    select
        check_id,
        fund_code,
        max(case when parameter_code = 'reserve_low' then parameter_value end) as reserve_low,
        max(case when parameter_code = 'reserve_high' then parameter_value end) as reserve_high,
        max(case when parameter_code = 'growth_periods' then parameter_value end) as growth_periods
    from {{ ref('check_parameter') }}
    group by check_id, fund_code
),

actual as (
    select
        balance.area_code,
        balance.fund_code,
        balance.period_type,
        balance.period_code,
        balance.period_index,
        reserve.reserve_months,
        reserve.rolling_income_yuan,
        reserve.rolling_expenditure_yuan,
        balance.actual_closing_yuan
    from {{ ref('int_fund_balance__balance') }} as balance
    inner join {{ ref('int_fund_balance__reserve') }} as reserve on balance.statement_key = reserve.statement_key
    where balance.is_actual
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
    where
        this_year.rolling_income_yuan > 0 and this_year.rolling_expenditure_yuan > 0
        and last_year.rolling_income_yuan > 0 and last_year.rolling_expenditure_yuan > 0
),

run_of_growth as (
    select
        growth.area_code,
        growth.fund_code,
        growth.period_type,
        growth.period_code,
        growth.evidence_yuan,
        parameter.growth_periods,
        count(*) as periods_count,
        sum(case when other.is_faster then 1 else 0 end) as faster_count
    from growth
    inner join parameter on growth.fund_code = parameter.fund_code and parameter.check_id = 'B07'
    inner join growth as other
        on
            growth.area_code = other.area_code
            and growth.fund_code = other.fund_code
            and growth.period_type = other.period_type
            and other.period_index > growth.period_index - parameter.growth_periods
            and other.period_index <= growth.period_index
    group by
        growth.area_code, growth.fund_code, growth.period_type, growth.period_code,
        growth.evidence_yuan, parameter.growth_periods
),

finding as (
    select
        'B06' as check_id, actual.area_code, actual.fund_code, actual.period_type, actual.period_code,
        actual.reserve_months < parameter.reserve_low or actual.reserve_months > parameter.reserve_high as is_violated,
        actual.actual_closing_yuan as evidence_yuan
    from actual
    inner join parameter on actual.fund_code = parameter.fund_code and parameter.check_id = 'B06'
    where actual.reserve_months is not null
    union all
    select
        'B07', area_code, fund_code, period_type, period_code,
        faster_count = growth_periods,
        evidence_yuan
    from run_of_growth
    where periods_count = growth_periods
)

select
    check_id,
    area_code,
    fund_code,
    period_type,
    period_code,
    sum(case when is_violated then 1 else 0 end) as violated_count,
    count(*) as denominator_count,
    sum(case when is_violated then evidence_yuan end) as evidence_yuan,
    min(case when is_violated then concat_ws('|', area_code, fund_code, period_code) end) as sample_keys,
    cast(null as varchar) as reason
from finding
group by check_id, area_code, fund_code, period_type, period_code
