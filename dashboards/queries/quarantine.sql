-- One row per line that could not be used, with the place it came from.
select
    quarantine.delivery_no,
    quarantine.file_name,
    batch.feed_name,
    quarantine.sheet_name,
    quarantine.row_number,
    quarantine.cell_ref,
    quarantine.column_name,
    quarantine.reason_code,
    quarantine.reason_zh,
    quarantine.raw_text,
    quarantine.amount_yuan,
from data_quality.fct_quarantine as quarantine
left join data_quality.fct_intake_batch as batch
    on quarantine.delivery_no = batch.delivery_no
    and quarantine.content_hash = batch.content_hash
    and quarantine.file_name = batch.file_name
where ($feed = '*' or quarantine.feed_code = $feed)
order by
    quarantine.delivery_no desc,
    quarantine.file_name,
    quarantine.sheet_name,
    quarantine.row_number,
    quarantine.cell_ref
limit 2000
