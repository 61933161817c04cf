-- The parts of the reserve at each closed year end, from the coarsest period that ends there.
with year_end as (
    select
        area_code,
        fund_code,
        extract(year from period_end_date) as year_number,
        closing_yuan,
        monthly_expenditure_yuan,
        row_number() over (
            partition by area_code, fund_code, extract(year from period_end_date)
            order by {{ period_rank("period_type") }} desc
        ) as witness_no
    from {{ ref('int_prefecture_comparison__reserve') }}
    where extract(month from period_end_date) = 12
)

select
    area_code,
    fund_code,
    year_number,
    closing_yuan,
    monthly_expenditure_yuan
from year_end
where witness_no = 1
