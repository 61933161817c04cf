{{ config(materialized='table') }}
-- The finer statements that lie in a coarser period, and the one that ends the day before it within the year. Months
-- from the business feeds never displace a coarser statement that was handed in.
with placed as (
    select
        statement.area_code,
        statement.fund_code,
        statement.statement_code,
        coarse.period_type,
        coarse.period_code,
        coarse.period_no,
        statement.period_type as part_type,
        statement.statement_key as part_key,
        statement.origin_code as part_origin_code,
        {{ period_rank('statement.period_type') }} as part_rank,
        cast(
            {{ periods_per_year('statement.period_type') }} / {{ periods_per_year('coarse.period_type') }} as integer
        ) as parts_expected,
        case
            when statement.period_end_date = coarse.period_end_date then 'last'
            when statement.period_end_date < coarse.period_start_date then 'before'
            when statement.period_start_date = coarse.period_start_date then 'first'
            else 'inside'
        end as part_place
    from {{ ref('int_fund_balance__statement') }} as statement
    inner join {{ ref('dim_period') }} as coarse
        on
            statement.year_number = coarse.year_number
            and {{ period_rank('statement.period_type') }} < {{ period_rank('coarse.period_type') }}
            and statement.period_end_date <= coarse.period_end_date
            and statement.period_end_date >= coarse.period_start_date - 1
),

handed_in as (
    select
        area_code,
        fund_code,
        period_type,
        period_code,
        statement_code
    from {{ ref('int_fund_balance__statement') }}
    where origin_code = 'statement'
)

select
    {{ statement_key('placed.area_code', 'placed.fund_code', 'placed.period_type', 'placed.period_code', 'placed.statement_code') }}
        as statement_key,
    placed.area_code,
    placed.fund_code,
    placed.period_type,
    placed.period_code,
    placed.statement_code,
    placed.period_no,
    placed.part_type,
    placed.part_key,
    placed.part_rank,
    placed.part_origin_code,
    placed.parts_expected,
    placed.part_place
from placed
left join handed_in
    on
        case when placed.part_origin_code = 'business' then placed.area_code end = handed_in.area_code
        and placed.fund_code = handed_in.fund_code
        and placed.period_type = handed_in.period_type
        and placed.period_code = handed_in.period_code
        and placed.statement_code = handed_in.statement_code
where handed_in.area_code is null
