-- All months, quarters, halves and years of every year that was delivered, and of the year before it.
with delivered as (
    select distinct cast(substr(period_code, 1, 4) as integer) as year_number
    from {{ ref('stg_fund_statement') }}
    union
    select cast(substr(month_code, 1, 4) as integer) as year_number
    from {{ ref('dim_business_month') }}
),

years as (
    select year_number
    from delivered
    union
    select year_number - 1
    from delivered
),

periods as (
    select
        period_part.period_type,
        years.year_number,
        period_part.part_no,
        period_part.month_count,
        concat(cast(years.year_number as varchar), coalesce(period_part.code_suffix, '')) as period_code,
        make_date(years.year_number, period_part.start_month, 1) as period_start_date,
        make_date(years.year_number, period_part.start_month + period_part.month_count - 1, 1) as last_month_date,
        concat(cast(years.year_number as varchar), '年', coalesce(period_part.label_suffix, '')) as period_label_zh
    from years
    cross join {{ ref('period_part') }} as period_part
)

select
    period_type,
    period_code,
    period_start_date,
    last_day(last_month_date) as period_end_date,
    period_label_zh,
    cast(year_number * {{ periods_per_year('period_type') }} + part_no - 1 as integer) as period_index,
    year_number,
    part_no as period_no
from periods
