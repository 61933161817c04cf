-- One row per remark of the reader about a file.
select
    delivery_no,
    file_name,
    severity_code,
    note_zh,
    sheet_name,
    row_number,
    cell_ref,
from data_quality.fct_intake_note
order by delivery_no desc, file_name, sheet_name, row_number
limit 2000
