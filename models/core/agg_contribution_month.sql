{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    contract={'enforced': true},
    pre_hook="{{ delete_changed_months(['staf_psn_clct_detl_d', 'rsdt_psn_clct_detl_d']) }}",
) }}

-- Employees' and residents' rows; the insurance type keeps them apart, so that heads of one cell come from one feed.
with employee as (
    select
        area_code,
        county_code,
        insutype_code,
        event_month,
        due_month,
        accrual_begin_month,
        is_collected,
        is_next_year,
        contribution_kind_code,
        count(*) as row_count,
        count(distinct person_key) as head_count,
        {{ sum_money('employer_yuan') }} as employer_yuan,
        {{ sum_money('person_yuan') }} as person_yuan,
        {{ sum_money('employer_into_account_yuan + person_into_account_yuan') }} as into_account_yuan,
        {{ sum_money('subsidy_yuan') }} as subsidy_yuan,
        {{ sum_money('other_yuan') }} as other_yuan,
        {{ sum_money('total_yuan') }} as total_yuan,
        {{ sum_money('late_fee_yuan') }} as late_fee_yuan,
        {{ sum_money('coalesce(employer_base_yuan, person_base_yuan)') }} as base_yuan
    from {{ ref('fct_employee_contribution') }}
    where true{{ incremental_by_month(['staf_psn_clct_detl_d', 'rsdt_psn_clct_detl_d']) }}
    group by
        area_code,
        county_code,
        insutype_code,
        event_month,
        due_month,
        accrual_begin_month,
        is_collected,
        is_next_year,
        contribution_kind_code
),

resident as (
    select
        area_code,
        county_code,
        insutype_code,
        event_month,
        due_month,
        accrual_begin_month,
        is_collected,
        is_next_year,
        contribution_kind_code,
        count(*) as row_count,
        count(distinct person_key) as head_count,
        {{ sum_money('employer_yuan') }} as employer_yuan,
        {{ sum_money('person_yuan') }} as person_yuan,
        {{ sum_money('0') }} as into_account_yuan,
        {{ sum_money('subsidy_yuan') }} as subsidy_yuan,
        {{ sum_money('other_yuan') }} as other_yuan,
        {{ sum_money('total_yuan') }} as total_yuan,
        {{ sum_money('0') }} as late_fee_yuan,
        {{ sum_money('0') }} as base_yuan
    from {{ ref('fct_resident_contribution') }}
    where true{{ incremental_by_month(['staf_psn_clct_detl_d', 'rsdt_psn_clct_detl_d']) }}
    group by
        area_code,
        county_code,
        insutype_code,
        event_month,
        due_month,
        accrual_begin_month,
        is_collected,
        is_next_year,
        contribution_kind_code
)

select
    area_code,
    county_code,
    insutype_code,
    event_month,
    due_month,
    accrual_begin_month,
    is_collected,
    is_next_year,
    contribution_kind_code,
    row_count,
    head_count,
    employer_yuan,
    person_yuan,
    into_account_yuan,
    subsidy_yuan,
    other_yuan,
    total_yuan,
    late_fee_yuan,
    base_yuan
from employee
union all
select
    area_code,
    county_code,
    insutype_code,
    event_month,
    due_month,
    accrual_begin_month,
    is_collected,
    is_next_year,
    contribution_kind_code,
    row_count,
    head_count,
    employer_yuan,
    person_yuan,
    into_account_yuan,
    subsidy_yuan,
    other_yuan,
    total_yuan,
    late_fee_yuan,
    base_yuan
from resident
