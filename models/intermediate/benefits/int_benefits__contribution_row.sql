{{ config(materialized='ephemeral') }}
-- Employees' and residents' contributions in one relation, with what the rules of contributions read of them.
{% for feed, relation, columns in [
    ('staf_psn_clct_detl_d', 'fct_employee_contribution', {
        'base': 'coalesce(employer_base_yuan, person_base_yuan)',
        'person_base': 'coalesce(person_base_yuan, employer_base_yuan)',
        'wage': 'coalesce(wage_yuan, employer_base_yuan, person_base_yuan)',
        'employer_rate': 'employer_rate_value',
        'person_rate': 'person_rate_value',
        'credit': 'coalesce(employer_into_account_yuan, 0) + coalesce(person_into_account_yuan, 0)',
        'other': 'coalesce(other_yuan, 0)',
        'person': 'coalesce(person_yuan, 0)',
    }),
    ('rsdt_psn_clct_detl_d', 'fct_resident_contribution', {
        'base': 'cast(null as decimal(20, 2))',
        'person_base': 'cast(null as decimal(20, 2))',
        'wage': 'cast(null as decimal(20, 2))',
        'employer_rate': 'cast(null as decimal(12, 6))',
        'person_rate': 'cast(null as decimal(12, 6))',
        'credit': '0',
        'other': '0',
        'person': 'coalesce(person_yuan, 0) + coalesce(other_yuan, 0)',
    }),
] %}
select
    contribution_id,
    person_key,
    area_code,
    county_code,
    insutype_code,
    contribution_type_code,
    event_month,
    coalesce(accrual_begin_month, due_month, event_month) as due_month,
    coalesce(accrual_end_month, accrual_begin_month, due_month, event_month) as end_month,
    case
        when insutype_code in ('330', '390')
            then concat(substr(coalesce(accrual_begin_month, due_month, event_month), 1, 4), '01')
        else coalesce(accrual_begin_month, due_month, event_month)
    end as rule_month,
    case
        when coalesce(write_off_code, 'Z') <> 'Z' then 'written_off'
        when is_collected then 'collected'
        else 'open'
    end as settle_code,
    contribution_kind_code,
    fixed_amount_code,
    {{ yuan(columns.base) }} as base_yuan,
    {{ yuan(columns.person_base) }} as person_base_yuan,
    {{ yuan(columns.wage) }} as wage_yuan,
    {{ columns.employer_rate }} as employer_rate_value,
    {{ columns.person_rate }} as person_rate_value,
    coalesce(employer_yuan, 0) as employer_yuan,
    {{ columns.person }} as person_yuan,
    {{ columns.credit }} as credit_yuan,
    subsidy_yuan,
    {{ columns.other }} as other_yuan,
    coalesce(total_yuan, 0) as total_yuan,
    -- 1103: in service in flexible employment (platform dictionary 3.2). Where the row does not say who pays, a row
    -- without any part of a unit is such a person's.
    case
        when person_type_code is not null and insutype_code = '310' then person_type_code = '1103'
        else insutype_code = '310' and coalesce(employer_yuan, 0) = 0 and coalesce({{ columns.employer_rate }}, 0) = 0
    end as is_flexible,
    '{{ feed }}' as feed_code,
    delivery_no,
    file_no,
    row_number
from {{ ref(relation) }}
{{ "union all" if not loop.last }}
{% endfor %}
