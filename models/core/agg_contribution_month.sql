{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    contract={'enforced': true},
    pre_hook="{{ delete_changed_months_of_own_feed(['staf_psn_clct_detl_d', 'rsdt_psn_clct_detl_d']) }}",
) }}

-- Employees' and residents' rows; the feed keeps them apart, so that heads of one cell come from one feed, and a month that
-- changed in one of them alone is read of that one alone. A resident's row has no account, no late fee and no base.
{%- set cell = [
    "area_code", "county_code", "insutype_code", "event_month", "due_month", "accrual_begin_month", "is_collected",
    "is_next_year", "contribution_kind_code",
] %}
{%- for feed, relation, into_account, late_fee, base in [
    (
        'staf_psn_clct_detl_d', 'fct_employee_contribution',
        'employer_into_account_yuan + person_into_account_yuan', 'late_fee_yuan', 'coalesce(employer_base_yuan, person_base_yuan)',
    ),
    ('rsdt_psn_clct_detl_d', 'fct_resident_contribution', '0', '0', '0'),
] %}
select
    '{{ feed }}' as feed_code,
    {{ cell | join(",\n    ") }},
    count(*) as row_count,
    count(distinct person_key) as head_count,
    {{ sum_money('employer_yuan') }} as employer_yuan,
    {{ sum_money('person_yuan') }} as person_yuan,
    {{ sum_money(into_account) }} as into_account_yuan,
    {{ sum_money('subsidy_yuan') }} as subsidy_yuan,
    {{ sum_money('other_yuan') }} as other_yuan,
    {{ sum_money('total_yuan') }} as total_yuan,
    {{ sum_money(late_fee) }} as late_fee_yuan,
    {{ sum_money(base) }} as base_yuan
from {{ ref(relation) }}
where true{{ incremental_by_month([feed]) }}
group by
    {{ cell | join(",\n    ") }}
{{ "union all" if not loop.last }}
{%- endfor %}
