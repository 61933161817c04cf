-- The months that the business feeds report, without gaps: one rule for months of cover and months of spending.
-- A month in which a feed has under one in twenty of the rows of its fullest month is a stray date, not a month
-- reported; the feeds that have rows in every month decide, enrolment alone only where nothing else came.
with feed as (
    select
        feed_code,
        event_month,
        row_count,
        max(row_count) over (partition by feed_code) as fullest_count,
        case when feed_code = 'psn_insu_d' then 2 else 1 end as preference_no
    from {{ ref('stg_intake__feed_month') }}
    where feed_code in ('setl_d', 'staf_psn_clct_detl_d', 'psn_insu_d') and length(event_month) = 6
),

reported as (
    select
        event_month,
        preference_no
    from feed
    where row_count * 20 >= fullest_count
),

span as (
    select
        min(event_month) as first_month,
        max(event_month) as last_month
    from reported
    where preference_no = (select min(better.preference_no) from reported as better)
),

years as (
    select distinct substr(event_month, 1, 4) as year_code
    from reported
)

select concat(years.year_code, part.code_suffix) as month_code
from years
cross join {{ ref('period_part') }} as part
cross join span
where
    part.period_type = 'month'
    and concat(years.year_code, part.code_suffix) between span.first_month and span.last_month
