-- One row per received file: rows and yuan, received = loaded + superseded + quarantined.
select *
from data_quality.fct_intake_batch
where ($feed = '*' or feed_code = $feed)
order by delivery_no desc, file_name
limit 2000
