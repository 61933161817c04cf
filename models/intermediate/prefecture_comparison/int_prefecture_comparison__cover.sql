{{ config(materialized='table') }}
-- Heads of each whole period: the mean of its month ends, and its last month end.
with chosen as (
    {{ whole_period_months(ref('enrolment__fct_insured_month'), 'period_code') | indent(4) }}
)

select
    insured.area_code,
    insured.scheme_code,
    chosen.period_type,
    chosen.period_code,
    chosen.period_end_date,
    chosen.period_index,
    cast(cast(sum(insured.insured_count) as double) / chosen.month_count as decimal(26, 6)) as average_insured_count,
    sum(case when insured.period_end_date = chosen.period_end_date then insured.insured_count end) as insured_count,
    sum(case when insured.period_end_date = chosen.period_end_date then insured.in_service_count end)
        as in_service_count,
    sum(case when insured.period_end_date = chosen.period_end_date then insured.retired_count end) as retired_count
from {{ ref('enrolment__fct_insured_month') }} as insured
inner join chosen
    on
        insured.area_code = chosen.area_code
        and insured.period_code = chosen.month_code
where insured.person_group_code = 'all'
group by
    insured.area_code,
    insured.scheme_code,
    chosen.period_type,
    chosen.period_code,
    chosen.period_end_date,
    chosen.period_index,
    chosen.month_count
-- a scheme that is not there in every month has no mean of the period
having count(*) = chosen.month_count
