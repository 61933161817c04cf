{{ config(materialized='view') }}

-- Counties are told at their pooling area. A feed without an area of its own, such as persons, is told at the region.
with region as (
    select max(area_code) as area_code
    from {{ ref('dim_area') }}
    where area_kind = 'region'
)

select
    control.delivery_no,
    control.file_name,
    control.content_hash,
    control.feed_code,
    coalesce(control.event_month, 'all') as event_month,
    coalesce(county.area_code, control.county_code, region.area_code, 'unknown') as area_code,
    sum(control.received_count) as received_count,
    sum(control.loaded_count) as loaded_count,
    sum(control.superseded_count) as superseded_count,
    sum(control.quarantined_count) as quarantined_count,
    {{ sum_money('control.received_yuan') }} as received_yuan,
    {{ sum_money('control.loaded_yuan') }} as loaded_yuan,
    {{ sum_money('control.superseded_yuan') }} as superseded_yuan,
    {{ sum_money('control.quarantined_yuan') }} as quarantined_yuan
from {{ ref('stg_intake__feed_control') }} as control
cross join region
left join {{ ref('dim_county') }} as county on control.county_code = county.county_code
group by
    control.delivery_no,
    control.file_name,
    control.content_hash,
    control.feed_code,
    coalesce(control.event_month, 'all'),
    coalesce(county.area_code, control.county_code, region.area_code, 'unknown')
