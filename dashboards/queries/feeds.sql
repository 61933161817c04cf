-- One row per business feed that was delivered: how much of it stands, from when to when, and what is missing.
select
    feed_code,
    min(feed_name) as feed_name,
    min(feed_group_code) as feed_group_code,
    min(feed_group_name) as feed_group_name,
    min(sort_order) as sort_order,
    min(case when loaded_rows > 0 and length(event_month) = 6 then event_month end) as period_code_first,
    max(case when loaded_rows > 0 and length(event_month) = 6 then event_month end) as period_code_last,
    count(distinct case when loaded_rows > 0 then area_code end) as area_count,
    sum(loaded_rows) as loaded_rows,
    sum(loaded_yuan) as loaded_yuan,
    sum(quarantined_rows) as quarantined_rows,
    sum(case when arrival_code = 'missing' then 1 else 0 end) as missing_count,
    max(last_delivery_no) as last_delivery_no,
from data_quality.fct_feed_arrival
where ($scope = '*' or list_contains(string_split($scope, ','), area_code))
group by feed_code
order by sort_order, feed_code
