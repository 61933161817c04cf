select
    delivery_no,
    content_hash,
    file_name,
    severity_code,
    note_code,
    note_zh,
    sheet_name,
    row_number,
    cell_ref,
    cast(row_number() over (
        partition by delivery_no, content_hash, file_name
        order by sheet_name, row_number, cell_ref, note_code, note_zh
    ) as integer) as note_no
from {{ ref('stg_intake__note') }}
