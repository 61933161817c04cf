with statement_file as (
    select
        line.delivery_no,
        line.content_hash,
        line.file_name,
        sum(case when line.is_active then 1 else 0 end) as loaded_rows,
        sum(case when line.is_active then 0 else 1 end) as superseded_rows,
        sum(case when line.is_active then line.amount_yuan else 0 end) as loaded_yuan,
        sum(case when line.is_active then 0 else line.amount_yuan end) as superseded_yuan,
        min(line.period_code) as period_code_first,
        max(line.period_code) as period_code_last,
        count(distinct line.area_code) as area_count,
        {{ string_list('area.area_name', '、') }} as area_names
    from {{ ref('fct_statement_line') }} as line
    inner join {{ ref('dim_area') }} as area on line.area_code = area.area_code
    group by line.delivery_no, line.content_hash, line.file_name
),

feed_file as (
    select
        delivery.delivery_no,
        delivery.content_hash,
        delivery.file_name,
        sum(delivery.loaded_count) as loaded_rows,
        sum(delivery.superseded_count) as superseded_rows,
        sum(delivery.loaded_yuan) as loaded_yuan,
        sum(delivery.superseded_yuan) as superseded_yuan,
        min(case when length(delivery.event_month) = 6 then delivery.event_month end) as period_code_first,
        max(case when length(delivery.event_month) = 6 then delivery.event_month end) as period_code_last,
        count(distinct delivery.area_code) as area_count,
        {{ string_list('area.area_name', '、') }} as area_names
    from {{ ref('fct_feed_delivery') }} as delivery
    left join {{ ref('dim_area') }} as area on delivery.area_code = area.area_code
    where delivery.loaded_count + delivery.superseded_count > 0
    group by delivery.delivery_no, delivery.content_hash, delivery.file_name
),

used as (
    select
        delivery_no, content_hash, file_name, loaded_rows, superseded_rows, loaded_yuan, superseded_yuan,
        period_code_first, period_code_last, area_count, area_names
    from statement_file
    union all
    select
        delivery_no, content_hash, file_name, loaded_rows, superseded_rows, loaded_yuan, superseded_yuan,
        period_code_first, period_code_last, area_count, area_names
    from feed_file
)

select
    file.file_name,
    file.content_hash,
    file.delivery_no,
    file.feed_code,
    coalesce(feed.feed_name, file.feed_code) as feed_name,
    feed.feed_group_name,
    file.status_code,
    used.period_code_first,
    used.period_code_last,
    coalesce(used.area_count, 0) as area_count,
    used.area_names,
    cast(coalesce(file.received_count, 0) as bigint) as received_rows,
    cast(coalesce(used.loaded_rows, 0) as bigint) as loaded_rows,
    cast(coalesce(used.superseded_rows, 0) as bigint) as superseded_rows,
    cast(coalesce(file.quarantined_count, 0) as bigint) as quarantined_rows,
    cast(coalesce(file.non_data_count, 0) as bigint) as non_data_rows,
    {{ yuan('coalesce(file.received_yuan, 0)') }} as received_yuan,
    {{ yuan('coalesce(used.loaded_yuan, 0)') }} as loaded_yuan,
    {{ yuan('coalesce(used.superseded_yuan, 0)') }} as superseded_yuan,
    {{ yuan('coalesce(file.quarantined_yuan, 0)') }} as quarantined_yuan,
    cast(coalesce(file.unreadable_amount_count, 0) as bigint) as unreadable_amount_rows,
    file.encoding_code,
    cast(coalesce(file.warning_count, 0) as bigint) as warning_count,
    file.first_reason
from {{ ref('fct_intake_file') }} as file
left join used
    on
        file.delivery_no = used.delivery_no
        and file.content_hash = used.content_hash
        and file.file_name = used.file_name
left join {{ ref('feed') }} as feed on file.feed_code = feed.feed_code
