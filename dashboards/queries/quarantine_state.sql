-- One row: how many of the lines that could not be used are still open, and how many a later file or a remark settled.
select
    sum(case when settled_code is null then 1 else 0 end) as open_count,
    sum(case when settled_code is null then 0 else 1 end) as settled_count,
from data_quality.fct_quarantine
where ($feed = '*' or feed_code = $feed)
