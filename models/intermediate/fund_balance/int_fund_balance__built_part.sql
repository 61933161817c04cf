{{ config(materialized='table') }}
-- The finer statements that lie in a coarser period, and the one that ends the day before it within the year.
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
)

select
    {{ statement_key() }} as statement_key,
    area_code,
    fund_code,
    period_type,
    period_code,
    statement_code,
    period_no,
    part_type,
    part_key,
    part_rank,
    parts_expected,
    part_place
from placed
