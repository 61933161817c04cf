{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_changed_replay(in_changed_replay()) }}",
) }}
select
    area_code,
    coalesce(institution_code, '') as institution_code,
    coalesce(operator_key, '') as operator_key,
    event_month,
    benefit_year_code,
    insutype_code,
    fund_code,
    cause_code,
    count(*) as settlement_count,
    {{ sum_money('paid_yuan') }} as paid_yuan,
    {{ sum_money('expected_yuan') }} as expected_yuan,
    {{ sum_money('difference_yuan') }} as difference_yuan
from {{ ref('int_benefits__replay') }}
where has_difference and difference_yuan <> 0 and {{ in_changed_replay() }}
group by
    area_code, coalesce(institution_code, ''), coalesce(operator_key, ''), event_month, benefit_year_code, insutype_code,
    fund_code, cause_code
