-- One row per line that could not be used, with the place it came from; what is still open first.
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
    coalesce(quarantine.settled_code, 'open') as settled_code,
from data_quality.fct_quarantine as quarantine
left join data_quality.fct_intake_batch as batch
    on quarantine.delivery_no = batch.delivery_no
    and quarantine.content_hash = batch.content_hash
    and quarantine.file_name = batch.file_name
where ($feed = '*' or quarantine.feed_code = $feed)
order by
    case when quarantine.settled_code is null then 0 else 1 end,
    quarantine.delivery_no desc,
    quarantine.file_name,
    quarantine.sheet_name,
    quarantine.row_number,
    quarantine.cell_ref
limit 2000
