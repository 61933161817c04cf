{{ config(materialized='table') }}
-- over 150 lines: three ways of working a year out, and every column of the public row
{%- set results = [
    'deductible_standard', 'deductible', 'wanted', 'pooled_limit', 'pooled', 'moved', 'moved_partial', 'moved_partial_whole', 'large_wanted', 'large',
    'civil_wanted', 'civil', 'critical', 'assistance', 'off_fund',
] %}
{%- set caps = ['pooled', 'outpatient', 'large', 'civil', 'privileged', 'critical', 'critical_scope', 'assistance'] %}
{%- set plain %}
(
    select
        event.*,
        {{ rule_columns('rule') }},
        {%- for name in caps %}
        cast(0 as bigint) as used_{{ name }},
        {%- endfor %}
        cast(null as bigint) as partial
    from {{ ref('int_benefits__year_event') }} as event
    inner join {{ ref('int_benefits__rule_set') }} as rule on event.rule_set_no = rule.rule_set_no
    where event.tier_code = 'plain' and not event.is_reversal_event
)
{%- endset %}
{%- set limited %}
(
    select
        limited.*,
        {%- for name in caps %}
        {{ {'outpatient': 'limited.asked_outpatient', 'critical_scope': 'limited.asked_burden'}.get(name, 'cast(0 as bigint)') }} as used_{{ name }},
        {%- endfor %}
        cast(null as bigint) as partial
    from {{ ref('int_benefits__limited') }} as limited
    where not limited.is_stepwise and not limited.is_reversal_event
)
{%- endset %}
-- One row per valid settlement: what the rules say (calculated_…, in yuan) beside what was paid, and how it was worked out.
-- A reversal has its original's result with the opposite sign.
with worked as (
    {%- for relation in ('(' ~ benefit_wanted(plain) ~ ')', limited) %}
    select
        settlement_id,
        rule_set_no,
        path_code,
        cast(null as varchar) as blocked_by_id,
        missing_code,
        {{ results | join(', ') }}
    from ({{ benefit_paid(relation) }}) as paid
    union all
    {%- endfor %}
    select
        stepwise.settlement_id,
        event.rule_set_no,
        event.path_code,
        stepwise.blocked_by_id,
        stepwise.missing_code,
        {%- for name in results %}
        stepwise.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_benefits__stepwise') }} as stepwise
    inner join {{ ref('int_benefits__step_event') }} as event on stepwise.settlement_id = event.settlement_id
    where not event.is_reversal_event
    union all
    select
        settlement_id,
        rule_set_no,
        path_code,
        cast(null as varchar),
        static_missing_code,
        {%- for name in results %}
        cast(0 as bigint){{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_benefits__year_event') }}
    where tier_code = 'unknown' and not is_reversal_event
),

claim as (
    select
        claim.*,
        coalesce(reversal.original_path_code, claim.layer_path_code) as result_path_code,
        case when claim.is_reversal then reversal.original_settlement_id else claim.settlement_id end as result_id,
        case
            when not claim.is_reversal or reversal.is_effective then cast(null as varchar)
            when reversal.is_after_original then 'reversed_before'
            else 'no_original'
        end as reversal_fault_code,
        case when claim.is_reversal then -1 else 1 end as sign,
        coalesce(reversal.benefit_year_code, claim.benefit_year_code) as year_code
    from {{ ref('int_benefits__claim') }} as claim
    left join {{ ref('int_benefits__reversal') }} as reversal on claim.settlement_id = reversal.settlement_id
    where {{ in_changed_benefit_year('coalesce(reversal.benefit_year_code, claim.benefit_year_code)') }}
),

judged as (
    select
        claim.*,
        worked.rule_set_no,
        case when claim.result_path_code in ('outside', 'account') then claim.result_path_code else worked.path_code end as path_code,
        worked.blocked_by_id,
        case
            when claim.reversal_fault_code is not null or claim.result_path_code in ('outside', 'account')
                then claim.reversal_fault_code
            when worked.blocked_by_id is not null then 'blocked'
            else worked.missing_code
        end as gap_code,
        {%- for name in results %}
        case
            when claim.reversal_fault_code is null and worked.blocked_by_id is null and worked.missing_code is null
                then claim.sign * worked.{{ name }}
        end as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from claim
    left join worked on claim.result_id = worked.settlement_id
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
    year_code as benefit_year_code,
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
    case
        when gap_code is not null then 'not_replayable'
        when path_code = 'outside' then 'outside_rules'
        else 'replayed'
    end as status_code,
    case
        when gap_code is not null then gap_code
        when path_code = 'outside' then 'no_rule'
    end as reason_code,
    blocked_by_id,
    coalesce(
        gap_code is null and path_code <> 'outside'
        and (
            {%- for name, paid in (
                ('pooled', 'pooled_pay_yuan'), ('large', 'large_claim_pay_yuan'), ('civil', 'civil_servant_pay_yuan'),
                ('critical', 'serious_illness_pay_yuan'), ('assistance', 'assistance_pay_yuan'),
            ) %}
            {{ 'or ' if not loop.first }}{{ paid }} <> {{ yuan_of_fen('coalesce(' ~ name ~ ', 0)') }}
            {%- endfor %}
        ),
        false
    ) as has_difference,
    {{ yuan_of_fen('fee') }} as medical_fee_yuan,
    {{ yuan_of_fen('in_scope') }} as in_scope_yuan,
    {{ yuan_of_fen('first_self_pay') }} as preself_pay_yuan,
    deductible_paid_yuan,
    pooled_pay_share,
    pooled_pay_yuan,
    large_claim_pay_yuan,
    civil_servant_pay_yuan,
    serious_illness_pay_yuan,
    assistance_pay_yuan,
    supplement_pay_yuan,
    disabled_pay_yuan,
    other_fund_pay_yuan,
    {%- for name in results %}
    {{ yuan_of_fen(name) }} as calculated_{{ name }}_yuan{{ ',' if not loop.last }}
    {%- endfor %}
from judged
