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
    case when earlier.areas_reported_count = balance.areas_reported_count then earlier.income_yuan end
        as prior_year_income_yuan,
    case when earlier.areas_reported_count = balance.areas_reported_count then earlier.expenditure_yuan end
        as prior_year_expenditure_yuan,
    case when earlier.areas_reported_count = balance.areas_reported_count then earlier.actual_closing_yuan end
        as prior_year_closing_yuan,
    year_end.reserve_months as year_end_reserve_months
from placed as balance
left join actual as earlier
    on
        balance.area_code = earlier.area_code
        and balance.fund_code = earlier.fund_code
        and balance.period_type = earlier.period_type
        and balance.period_index - {{ periods_per_year('balance.period_type') }} = earlier.period_index
left join year_end
    on
        balance.area_code = year_end.area_code
        and balance.fund_code = year_end.fund_code
        and year_end.rank_no = 1
        and balance.year_end_date = year_end.period_end_date
