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
    amount_yuan
from {{ source('lake', 'quarantine_row') }}
