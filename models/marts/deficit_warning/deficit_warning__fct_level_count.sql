select
    fund_code,
    period_type,
    period_code,
    period_end_date,
    cast(sum(case when level_code = 'red' then 1 else 0 end) as integer) as red_count,
    cast(sum(case when level_code = 'orange' then 1 else 0 end) as integer) as orange_count,
    cast(sum(case when level_code = 'yellow' then 1 else 0 end) as integer) as yellow_count,
    cast(sum(case when level_code = 'blue' then 1 else 0 end) as integer) as blue_count,
    cast(sum(case when level_code = 'none' then 1 else 0 end) as integer) as none_count,
    cast(sum(case when level_code = 'not_available' then 1 else 0 end) as integer) as not_available_count,
    cast(sum(case when change_code = 'new' then 1 else 0 end) as integer) as new_count,
    cast(sum(case when change_code = 'raised' then 1 else 0 end) as integer) as raised_count,
    cast(sum(case when change_code = 'lowered' then 1 else 0 end) as integer) as lowered_count,
    cast(sum(case when change_code = 'cleared' then 1 else 0 end) as integer) as cleared_count,
    cast(sum(case when is_reported then 1 else 0 end) as integer) as areas_reported_count,
    cast(count(*) as integer) as areas_expected_count
from {{ ref('int_deficit_warning__counted_level') }}
group by fund_code, period_type, period_code, period_end_date
