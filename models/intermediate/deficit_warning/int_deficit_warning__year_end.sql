{{ config(materialized='table') }}
-- Residents' premiums arrive in the fourth quarter: what a series holds is told by its closed year ends only.
-- The year's own row is the best witness of a year end, then the second half, the fourth quarter and December.
with year_end as (
    select
        area_code,
        fund_code,
        extract(year from period_end_date) as year_number,
        actual_closing_yuan as year_end_closing_yuan,
        rolling_surplus_yuan as year_surplus_yuan,
        rolling_expenditure_yuan as year_expenditure_yuan,
        reserve_months as year_end_reserve_months,
        row_number() over (
            partition by area_code, fund_code, extract(year from period_end_date)
            order by {{ period_rank("period_type") }} desc
        ) as witness_no
    from {{ ref('fund_balance__fct_fund_balance') }}
    where
        is_actual
        and extract(month from period_end_date) = 12
)

select
    area_code,
    fund_code,
    year_number,
    year_end_closing_yuan,
    year_surplus_yuan,
    year_expenditure_yuan,
    year_end_reserve_months
from year_end
where witness_no = 1
