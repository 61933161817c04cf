{{ config(materialized='table') }}
-- Amount and year-to-date of each item and period. A period's amount is the difference of two consecutive
-- year-to-dates; a missing one in between makes it unknown, never zero. A year-to-date is the last one given plus the
-- period amounts since, where none is missing.
with item as (
    select
        measured.statement_key,
        measured.item_code,
        measured.period_yuan,
        measured.given_ytd_yuan,
        statement.series_key,
        statement.year_number,
        statement.period_index,
        statement.period_index - statement.period_no as index_before_year,
        count(measured.given_ytd_yuan) over (
            partition by statement.series_key, statement.year_number, measured.item_code
            order by statement.period_index
        ) as anchor_no
    from {{ ref('int_fund_balance__measured_item') }} as measured
    inner join {{ ref('int_fund_balance__statement') }} as statement on measured.statement_key = statement.statement_key
),

accumulated as (
    select
        item.*,
        max(given_ytd_yuan) over anchored as anchor_yuan,
        case when anchor_no = 0 then index_before_year else min(period_index) over anchored end as anchor_index,
        sum(case when given_ytd_yuan is null then period_yuan end) over since_anchor as since_yuan,
        count(case when given_ytd_yuan is null then period_yuan end) over since_anchor as since_count
    from item
    window
        anchored as (partition by series_key, year_number, item_code, anchor_no),
        since_anchor as (
            partition by series_key, year_number, item_code, anchor_no
            order by period_index
            rows between unbounded preceding and current row
        )
),

to_date as (
    select
        accumulated.*,
        case
            when since_count = period_index - anchor_index
                then {{ yuan('coalesce(anchor_yuan, 0) + coalesce(since_yuan, 0)') }}
        end as ytd_yuan
    from accumulated
),

stepped as (
    select
        to_date.*,
        case
            when period_index - 1 = index_before_year then 0
            when
                lag(period_index) over (partition by series_key, year_number, item_code order by period_index)
                = period_index - 1
                then lag(ytd_yuan) over (partition by series_key, year_number, item_code order by period_index)
        end as prior_ytd_yuan
    from to_date
)

select
    statement_key,
    item_code,
    {{ yuan('coalesce(period_yuan, ytd_yuan - prior_ytd_yuan)') }} as amount_yuan,
    ytd_yuan
from stepped
