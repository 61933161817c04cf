{{ config(materialized='table') }}
-- The actual statement of the same period a year before (for a region: of as many areas, else the two do not compare),
-- and the reserve at the last closed year end.
with actual as (
    select
        balance.statement_key,
        balance.area_code,
        balance.fund_code,
        balance.period_type,
        balance.period_index,
        balance.period_end_date,
        balance.income_yuan,
        balance.expenditure_yuan,
        balance.actual_closing_yuan,
        balance.areas_reported_count,
        reserve.reserve_months
    from {{ ref('int_fund_balance__balance') }} as balance
    left join {{ ref('int_fund_balance__reserve') }} as reserve on balance.statement_key = reserve.statement_key
    where balance.is_actual
),

year_end as (
    select
        area_code,
        fund_code,
        period_end_date,
        reserve_months,
        row_number() over (
            partition by area_code, fund_code, period_end_date
            order by {{ period_rank('period_type') }} desc
        ) as rank_no
    from actual
    where reserve_months is not null and extract(month from period_end_date) = 12
),

placed as (
    select
        balance.*,
        case
            when extract(month from balance.period_end_date) = 12 then balance.period_end_date
            else make_date(cast(extract(year from balance.period_end_date) as integer) - 1, 12, 31)
        end as year_end_date
    from {{ ref('int_fund_balance__balance') }} as balance
)

select
    balance.statement_key,
    earlier.statement_key as prior_year_key,
    earlier.income_yuan as prior_year_income_yuan,
    earlier.expenditure_yuan as prior_year_expenditure_yuan,
    earlier.actual_closing_yuan as prior_year_closing_yuan,
    before.areas_reported_count as prior_areas_reported_count,
    year_end.reserve_months as year_end_reserve_months
from placed as balance
left join actual as before
    on
        balance.area_code = before.area_code
        and balance.fund_code = before.fund_code
        and balance.period_type = before.period_type
        and balance.period_index - {{ periods_per_year('balance.period_type') }} = before.period_index
left join actual as earlier
    on
        before.statement_key = earlier.statement_key
        and balance.areas_reported_count = earlier.areas_reported_count
left join year_end
    on
        balance.area_code = year_end.area_code
        and balance.fund_code = year_end.fund_code
        and year_end.rank_no = 1
        and balance.year_end_date = year_end.period_end_date
