select
    delivery.delivery_no,
    delivery.file_name,
    delivery.content_hash,
    delivery.feed_code,
    coalesce(feed.feed_name, delivery.feed_code) as feed_name,
    delivery.area_code,
    area.area_name,
    delivery.event_month,
    cast(delivery.received_count as bigint) as received_rows,
    cast(delivery.loaded_count as bigint) as loaded_rows,
    cast(delivery.superseded_count as bigint) as superseded_rows,
    cast(delivery.quarantined_count as bigint) as quarantined_rows,
    {{ yuan('delivery.received_yuan') }} as received_yuan,
    {{ yuan('delivery.loaded_yuan') }} as loaded_yuan,
    {{ yuan('delivery.superseded_yuan') }} as superseded_yuan,
    {{ yuan('delivery.quarantined_yuan') }} as quarantined_yuan
from {{ ref('fct_feed_delivery') }} as delivery
left join {{ ref('feed') }} as feed on delivery.feed_code = feed.feed_code
left join {{ ref('dim_area') }} as area on delivery.area_code = area.area_code
