{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    contract={'enforced': true},
    pre_hook="{{ delete_changed_months(['acct_inc_detl_d', 'acct_pay_detl_d']) }}",
) }}

select
    area_code,
    event_month,
    direction_code,
    entry_type_code,
    count(*) as row_count,
    {{ sum_money('amount_yuan') }} as amount_yuan,
    -- Of it from contributions of persons in service: a retired person's credit has no part of the person.
    {{ sum_money('case when person_part_yuan <> 0 then person_part_yuan + coalesce(employer_part_yuan, 0) end') }}
        as contributed_yuan
from {{ ref('fct_account_entry') }}
where true{{ incremental_by_month(['acct_inc_detl_d', 'acct_pay_detl_d']) }}
group by
    area_code,
    event_month,
    direction_code,
    entry_type_code
