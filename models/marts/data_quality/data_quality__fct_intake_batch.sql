with line as (
    select
        line.delivery_no,
        line.content_hash,
        line.file_name,
        count(*) as accepted_rows,
        sum(case when line.is_active then 1 else 0 end) as loaded_rows,
        sum(case when line.is_active then line.amount_yuan else 0 end) as loaded_yuan,
        sum(case when line.is_active then 0 else line.amount_yuan end) as superseded_yuan,
        min(line.period_code) as period_code_first,
        max(line.period_code) as period_code_last,
        count(distinct line.area_code) as area_count,
        {{ string_list('area.area_name', '、') }} as area_names
    from {{ ref('fct_statement_line') }} as line
    inner join {{ ref('dim_area') }} as area on line.area_code = area.area_code
    group by line.delivery_no, line.content_hash, line.file_name
)

select
    file.file_name,
    file.content_hash,
    file.delivery_no,
    file.feed_code,
    file.status_code,
    line.period_code_first,
    line.period_code_last,
    coalesce(line.area_count, 0) as area_count,
    line.area_names,
    cast(coalesce(file.received_count, 0) as bigint) as received_rows,
    cast(coalesce(line.loaded_rows, 0) as bigint) as loaded_rows,
    cast(coalesce(line.accepted_rows - line.loaded_rows, 0) as bigint) as superseded_rows,
    cast(coalesce(file.quarantined_count, 0) as bigint) as quarantined_rows,
    cast(coalesce(file.non_data_count, 0) as bigint) as non_data_rows,
    {{ yuan('coalesce(file.received_yuan, 0)') }} as received_yuan,
    {{ yuan('coalesce(line.loaded_yuan, 0)') }} as loaded_yuan,
    {{ yuan('coalesce(line.superseded_yuan, 0)') }} as superseded_yuan,
    {{ yuan('coalesce(file.quarantined_yuan, 0)') }} as quarantined_yuan,
    cast(coalesce(file.unreadable_amount_count, 0) as bigint) as unreadable_amount_rows,
    file.encoding_code,
    cast(coalesce(file.warning_count, 0) as bigint) as warning_count,
    file.first_reason
from {{ ref('fct_intake_file') }} as file
left join line
    on
        file.delivery_no = line.delivery_no
        and file.content_hash = line.content_hash
        and file.file_name = line.file_name
