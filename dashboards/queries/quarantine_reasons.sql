-- One row per feed, column and reason of the lines that could not be used and are still open, the most frequent first.
select
    batch.feed_name,
    quarantine.column_name,
    quarantine.reason_code,
    min(quarantine.reason_zh) as reason_zh,
    count(*) as rows_count,
    count(distinct quarantine.file_name) as files_count,
    sum(quarantine.amount_yuan) as amount_yuan,
from data_quality.fct_quarantine as quarantine
left join data_quality.fct_intake_batch as batch
    on quarantine.delivery_no = batch.delivery_no
    and quarantine.content_hash = batch.content_hash
    and quarantine.file_name = batch.file_name
where quarantine.settled_code is null and ($feed = '*' or quarantine.feed_code = $feed)
group by batch.feed_name, quarantine.column_name, quarantine.reason_code
order by rows_count desc, batch.feed_name, quarantine.column_name, quarantine.reason_code
limit 200
