{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    contract={'enforced': true},
    pre_hook="{{ delete_changed_months(['staf_psn_clct_detl_d', 'rsdt_psn_clct_detl_d']) }}",
) }}

-- Every row check of a contribution in one scan of each feed; a resident's row has no base and no rate (NULL).
-- Nearly every row is of one month: the months are counted for the others alone.
{%- set contribution %}
(
    {%- for relation in ['fct_employee_contribution', 'fct_resident_contribution'] %}
    select
        contribution_id,
        original_contribution_id,
        area_code,
        insutype_code,
        event_month,
        accrual_begin_month,
        accrual_end_month,
        case
            when accrual_begin_month = accrual_end_month then 1
            else {{ month_number('accrual_end_month') }} - {{ month_number('accrual_begin_month') }} + 1
        end as accrual_months,
        contribution_kind_code,
        write_off_code,
        fixed_amount_code,
        {%- for column, kind in [
            ('employer_base_yuan', 'decimal(20, 2)'), ('person_base_yuan', 'decimal(20, 2)'),
            ('employer_rate_value', 'decimal(12, 6)'), ('person_rate_value', 'decimal(12, 6)'),
        ] %}
        {{ column if relation == 'fct_employee_contribution' else 'cast(null as ' ~ kind ~ ') as ' ~ column }},
        {%- endfor %}
        employer_yuan,
        person_yuan,
        subsidy_yuan,
        other_yuan,
        total_yuan
    from {{ ref(relation) }}
    where true{{ incremental_by_month(['staf_psn_clct_detl_d', 'rsdt_psn_clct_detl_d']) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
) as contribution
{%- endset %}
{{ checked_month(contribution, contribution_conditions(), 'total_yuan') }}
