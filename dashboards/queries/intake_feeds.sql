-- One row per feed of which files were received.
select
    batch.feed_code,
    min(batch.feed_name) as feed_name,
    count(*) as files_count,
from data_quality.fct_intake_batch as batch
where batch.feed_code is not null
group by batch.feed_code
order by min(case batch.feed_code when 'fund_statement' then 0 else 1 end), min(batch.feed_group_name), batch.feed_code
