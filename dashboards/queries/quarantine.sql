-- One row per line that could not be used, with the place it came from.
select
    delivery_no,
    file_name,
    sheet_name,
    row_number,
    cell_ref,
    column_name,
    reason_code,
    reason_zh,
    raw_text,
    amount_yuan,
from data_quality.fct_quarantine
order by delivery_no desc, file_name, sheet_name, row_number, cell_ref
limit 2000
