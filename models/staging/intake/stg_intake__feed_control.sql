select
    delivery_no,
    file_no,
    file_name,
    content_hash,
    feed_code,
    event_month,
    admdvs as county_code,
    received_count,
    received_yuan,
    loaded_count,
    loaded_yuan,
    superseded_count,
    superseded_yuan,
    quarantined_count,
    quarantined_yuan,
    unreadable_count
from {{ source('lake', 'feed_control') }}
