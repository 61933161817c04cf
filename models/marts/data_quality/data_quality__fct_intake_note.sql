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
    note_no
from {{ ref('fct_intake_note') }}
