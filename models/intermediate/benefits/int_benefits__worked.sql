{{ config(materialized='table') }}
-- over 150 lines: three ways of working a year out, and every column of the row
{%- set results = worked_amounts() %}
{%- set facts = [
    'path_code', 'rule_set_no', 'static_missing_code', 'scheme_code', 'medical_kind_code', 'place_code', 'is_civil_servant',
    'is_assisted', 'fee', 'first_self_pay', 'in_scope',
] %}
{%- set given %}
(
    select
        claim.*,
        {{ rule_columns('rule') }},
        event.used_before,
        event.settlement_no is not null as is_in_year,
        -- only of the years that are looked at more closely; running sums do for the others
        coalesce(limited.asked_outpatient, 0) as used_outpatient,
        coalesce(limited.asked_burden, 0) as used_critical_scope,
        {%- for name in ('pooled', 'large', 'civil', 'privileged', 'critical', 'assistance') %}
        cast(0 as bigint) as used_{{ name }},
        {%- endfor %}
        cast(null as bigint) as partial,
        stepwise.settlement_no is not null as is_stepwise,
        stepwise.blocked_by_id,
        stepwise.missing_code as step_missing_code,
        {%- for name in results %}
        stepwise.{{ name }} as step_{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from claim
    left join {{ ref('int_benefits__year_event') }} as event on claim.result_no = event.settlement_no
    left join {{ ref('int_benefits__limited') }} as limited on claim.result_no = limited.settlement_no
    left join {{ ref('int_benefits__stepwise') }} as stepwise on claim.result_no = stepwise.settlement_no
    left join {{ ref('int_benefits__rule_set') }} as rule on claim.rule_set_no = rule.rule_set_no
)
{%- endset %}
-- One row per valid settlement: what the rules say (due_…) beside what was paid, in fen, and how it was worked out.
-- A reversal has its original's result with the opposite sign: it is worked out with the original's facts.
with original as (
    select
        reversal.settlement_no as reversal_no,
        original.layer_path_code{% for name in facts %},
        original.{{ name }}{% endfor %}
    from {{ ref('int_benefits__reversal') }} as reversal
    inner join {{ ref('int_benefits__ruled_claim') }} as original on reversal.original_no = original.settlement_no
),

claim as (
    select
        claim.settlement_no,
        case when claim.is_reversal then claim.original_no else claim.settlement_no end as result_no,
        case when claim.is_reversal then -1 else 1 end as sign,
        claim.reversal_fault_code,
        coalesce(original.layer_path_code, claim.layer_path_code) as result_path_code,
        {%- for name in facts %}
        case when claim.is_reversal then original.{{ name }} else claim.{{ name }} end as {{ name }},
        {%- endfor %}
        claim.settlement_id,
        claim.original_settlement_id,
        claim.is_reversal,
        claim.person_key,
        claim.area_code,
        claim.county_code,
        claim.institution_code,
        claim.operator_key,
        claim.insutype_code,
        claim.scheme_code as own_scheme_code,
        claim.benefit_year_code,
        claim.settled_at,
        claim.event_month,
        claim.service_end_date,
        claim.medical_kind_code as own_kind_code,
        claim.place_code as own_place_code,
        claim.hospital_level_code,
        claim.person_group_code,
        claim.is_civil_servant as own_is_civil_servant,
        claim.is_privileged,
        claim.is_provincial_cadre,
        claim.is_assisted as own_is_assisted,
        claim.fee as own_fee,
        claim.first_self_pay as own_first_self_pay,
        claim.in_scope as own_in_scope,
        claim.pooled_pay_share
        {%- for name in paid_amounts() %},
        claim.{{ name }}
        {%- endfor %}
    from {{ ref('int_benefits__ruled_claim') }} as claim
    left join original on claim.settlement_no = original.reversal_no
),

worked as (
    {{ benefit_paid('(' ~ benefit_wanted(given) ~ ')') }}
),

judged as (
    select
        worked.*,
        case when is_in_year then path_code when result_path_code in ('outside', 'account') then result_path_code end as shown_path_code,
        case
            when reversal_fault_code is not null or result_path_code in ('outside', 'account') then reversal_fault_code
            when blocked_by_id is not null then 'blocked'
            when is_stepwise then step_missing_code
            else missing_code
        end as gap_code
    from worked
),

signed as (
    select
        judged.*,
        {%- for name in results %}
        case
            when is_in_year and gap_code is null
                then sign * case when is_stepwise then step_{{ name }} else {{ name }} end
        end as due_{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from judged
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
    own_scheme_code as scheme_code,
    benefit_year_code,
    settled_at,
    event_month,
    service_end_date,
    own_kind_code as medical_kind_code,
    own_place_code as place_code,
    hospital_level_code,
    person_group_code,
    own_is_civil_servant as is_civil_servant,
    is_privileged,
    is_provincial_cadre,
    own_is_assisted as is_assisted,
    shown_path_code as path_code,
    case when is_in_year then rule_set_no end as rule_set_no,
    case
        when gap_code is not null then 'not_replayable'
        when shown_path_code = 'outside' then 'outside_rules'
        else 'replayed'
    end as status_code,
    case
        when gap_code is not null then gap_code
        when shown_path_code = 'outside' then 'no_rule'
    end as reason_code,
    blocked_by_id,
    coalesce(
        gap_code is null and shown_path_code <> 'outside'
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
    own_fee as fee,
    own_in_scope as in_scope,
    own_first_self_pay as first_self_pay,
    pooled_pay_share,
    {%- for name in paid_amounts() %}
    {{ name }},
    {%- endfor %}
    {%- for name in results %}
    due_{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from signed
