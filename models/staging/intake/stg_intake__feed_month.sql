select
    feed_code,
    event_month,
    fingerprint,
    row_count
from {{ source('lake', 'feed_month') }}
