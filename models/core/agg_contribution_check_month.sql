{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    contract={'enforced': true},
    pre_hook="{{ delete_changed_months(['staf_psn_clct_detl_d', 'rsdt_psn_clct_detl_d']) }}",
) }}

-- Every row check of a contribution in one scan of each feed; a resident's row has no base and no rate (NULL).
-- Nearly every row is of one month: the months are counted for the others alone.
{%- set accrual_months %}
        case
            when accrual_begin_month = accrual_end_month then 1
            else {{ month_number('accrual_end_month') }} - {{ month_number('accrual_begin_month') }} + 1
        end as accrual_months,
{%- endset %}
{%- set contribution %}
(
    select
        contribution_id,
        original_contribution_id,
        area_code,
        insutype_code,
        event_month,
        accrual_begin_month,
        accrual_end_month,
        {{- accrual_months }}
        contribution_kind_code,
        write_off_code,
        fixed_amount_code,
        employer_base_yuan,
        person_base_yuan,
        employer_rate_value,
        person_rate_value,
        employer_yuan,
        person_yuan,
        subsidy_yuan,
        other_yuan,
        total_yuan
    from {{ ref('fct_employee_contribution') }}
    where true{{ incremental_by_month(['staf_psn_clct_detl_d', 'rsdt_psn_clct_detl_d']) }}
    union all
    select
        contribution_id,
        original_contribution_id,
        area_code,
        insutype_code,
        event_month,
        accrual_begin_month,
        accrual_end_month,
        {{- accrual_months }}
        contribution_kind_code,
        write_off_code,
        fixed_amount_code,
        cast(null as decimal(20, 2)) as employer_base_yuan,
        cast(null as decimal(20, 2)) as person_base_yuan,
        cast(null as decimal(12, 6)) as employer_rate_value,
        cast(null as decimal(12, 6)) as person_rate_value,
        employer_yuan,
        person_yuan,
        subsidy_yuan,
        other_yuan,
        total_yuan
    from {{ ref('fct_resident_contribution') }}
    where true{{ incremental_by_month(['staf_psn_clct_detl_d', 'rsdt_psn_clct_detl_d']) }}
) as contribution
{%- endset %}
{{ checked_month(contribution, contribution_conditions(), 'total_yuan') }}
