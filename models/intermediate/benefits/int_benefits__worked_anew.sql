{{ config(materialized='view') }}
-- One row per valid settlement worked out in this run: the settlement, what was paid and what the rules say (due_…), in
-- fen. A view: writing all columns a second time would cost more than working the amounts out.
with judged as (
    select
        claim.*,
        result.path_code as result_path_code,
        result.rule_set_no as result_rule_set_no,
        result.gap_code,
        result.blocked_by_id,
        {%- for name in worked_amounts() %}
        result.due_{{ name }},
        {%- endfor %}
        case
            when result.gap_code is not null then 'not_replayable'
            when result.path_code = 'outside' then 'outside_rules'
            else 'replayed'
        end as status_code
    from {{ ref('int_benefits__ruled_claim') }} as claim
    -- of the same year, so that a question about a year reads no other
    inner join {{ ref('int_benefits__result') }} as result
        on claim.settlement_no = result.settlement_no and claim.benefit_year_code = result.benefit_year_code
)

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
    result_path_code as path_code,
    result_rule_set_no as rule_set_no,
    status_code,
    case status_code when 'not_replayable' then gap_code when 'outside_rules' then 'no_rule' end as reason_code,
    blocked_by_id,
    coalesce(
        status_code = 'replayed'
        and (
            {%- for name, paid in (
                ('pooled', 'pooled_pay'), ('large', 'large_claim_pay'), ('civil', 'civil_servant_pay'),
                ('critical', 'serious_illness_pay'), ('assistance', 'assistance_pay'),
            ) %}
            {{ 'or ' if not loop.first }}{{ paid }} <> coalesce(due_{{ name }}, 0)
            {%- endfor %}
        ),
        false
    ) as has_difference,
    fee,
    in_scope,
    first_self_pay,
    pooled_pay_share,
    {%- for name in paid_amounts() %}
    {{ name }},
    {%- endfor %}
    {%- for name in worked_amounts() %}
    due_{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from judged
