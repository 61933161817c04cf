-- One row per status: how many checks ended in it at worst.
with worst as (
    select
        check_id,
        max(case status when 'fail' then 3 when 'warn' then 2 when 'pass' then 1 else 0 end) as severity,
    from data_quality.fct_check_result
    group by check_id
)

select
    count(*) as checks_count,
    count(*) filter (where severity = 1) as pass_count,
    count(*) filter (where severity = 2) as warn_count,
    count(*) filter (where severity = 3) as fail_count,
    count(*) filter (where severity = 0) as no_data_count,
from worst
