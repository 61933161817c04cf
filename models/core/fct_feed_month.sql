-- What stood in each month of each feed when this build was made: the next build compares with it.
select
    feed_code,
    event_month,
    fingerprint,
    row_count
from {{ ref('stg_intake__feed_month') }}
