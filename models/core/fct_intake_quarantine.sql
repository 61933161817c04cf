select
    delivery_no,
    content_hash,
    file_name,
    feed_code,
    sheet_name,
    row_number,
    cell_ref,
    column_name,
    reason_code,
    reason_zh,
    raw_text,
    {{ yuan('amount_yuan') }} as amount_yuan,
    admdvs,
    admdvs_name,
    fund_code,
    statement_code,
    period_type,
    period_code,
    cast(row_number() over (
        partition by delivery_no, content_hash, file_name
        order by sheet_name, row_number, cell_ref, column_name, reason_code, raw_text
    ) as integer) as quarantine_no
from {{ ref('stg_intake__quarantine') }}
