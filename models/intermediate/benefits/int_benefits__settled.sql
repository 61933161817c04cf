{{ config(materialized='view') }}
-- One row per valid settlement, in yuan: what the rules say (calculated_…) beside what was paid. In a build
-- rows.benefit_settlement.
select
    settlement_id,
    original_settlement_id,
    is_reversal,
    person_key,
    area_code,
    county_code,
    institution_code,
    operator_key,
    insutype_code,
    scheme_code,
    benefit_year_code,
    settled_at,
    event_month,
    service_end_date,
    medical_kind_code,
    place_code,
    hospital_level_code,
    person_group_code,
    is_civil_servant,
    is_privileged,
    is_provincial_cadre,
    is_assisted,
    path_code,
    rule_set_no,
    status_code,
    reason_code,
    blocked_by_id,
    has_difference,
    {{ yuan_of_fen('fee') }} as medical_fee_yuan,
    {{ yuan_of_fen('in_scope') }} as in_scope_yuan,
    {{ yuan_of_fen('first_self_pay') }} as preself_pay_yuan,
    pooled_pay_share,
    {%- for name in (
        'deductible_paid', 'pooled_pay', 'large_claim_pay', 'civil_servant_pay', 'serious_illness_pay', 'assistance_pay',
        'supplement_pay', 'disabled_pay', 'other_fund_pay',
    ) %}
    {{ yuan_of_fen(name) }} as {{ name }}_yuan,
    {%- endfor %}
    {%- for name in (
        'deductible_standard', 'deductible', 'wanted', 'pooled_limit', 'pooled', 'moved', 'moved_partial',
        'moved_partial_whole', 'large_wanted', 'large', 'civil_wanted', 'civil', 'critical', 'assistance', 'off_fund',
    ) %}
    {{ yuan_of_fen('due_' ~ name) }} as calculated_{{ name }}_yuan{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref('int_benefits__worked') }}
