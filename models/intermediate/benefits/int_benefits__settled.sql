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
    {%- for name in paid_amounts() %}
    {{ yuan_of_fen(name) }} as {{ name }}_yuan,
    {%- endfor %}
    {%- for name in worked_amounts() %}
    {{ yuan_of_fen('due_' ~ name) }} as calculated_{{ name }}_yuan{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref('int_benefits__worked') }}
