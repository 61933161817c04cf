{{ config(materialized='table') }}
{%- set kept_columns = [
    'year_no', 'settlement_no', 'settlement_id', 'claim_no', 'claim_id', 'is_reversal_event', 'is_reversed', 'settled_at',
] + claim_facts() + ['asked_outpatient', 'asked_burden'] %}
{%- set ordered = 'over (partition by year_no order by settled_at, settlement_id rows between unbounded preceding and ' %}
{%- set before = ordered ~ '1 preceding)' %}
{%- set whole = ordered ~ 'unbounded following)' %}
-- Years in which a limit may bind, with what each settlement asks for. Where the one yearly limit that binds is that of
-- ordinary outpatient care (or only the critical-illness line is passed), and nothing is given back, running sums say
-- what was used before: with one fixed limit the paid sum is the lesser of limit and asked sum. Every other such year goes
-- row by row (is_stepwise).
with event as (
    select
        event.*,
        case when event.is_reversal_event then -1 else 1 end as sign,
        year.reversal_count,
        own.settlement_id,
        own.settled_at,
        claim.settlement_id as claim_id,
        {%- for name in claim_facts() %}
        claim.{{ name }},
        {%- endfor %}
        {{ rule_columns('rule') }}
    from {{ ref('int_benefits__year_event') }} as event
    inner join {{ ref('int_benefits__year') }} as year on event.year_no = year.year_no
    -- what is paid or taken back, and the row that does it
    inner join {{ ref('int_benefits__ruled_claim') }} as claim on event.claim_no = claim.settlement_no
    inner join {{ ref('int_benefits__ruled_claim') }} as own on event.settlement_no = own.settlement_no
    left join {{ ref('int_benefits__rule_set') }} as rule on claim.rule_set_no = rule.rule_set_no
    where event.tier_code in ('limited', 'stepwise')
),

asked as (
    {{ benefit_wanted('event') }}
),

summed as (
    select
        asked.*,
        {%- set kept = "sign > 0 and path_code = 'pooled'" %}
        {%- set outpatient = kept ~ " and medical_kind_code = 'outpatient'" %}
        {%- set burdened = kept ~ " and scheme_code = 'resident' and medical_kind_code <> 'outpatient'" %}
        cast(coalesce(sum(case when {{ outpatient }} then wanted end) {{ before }}, 0) as bigint) as asked_outpatient,
        cast(coalesce(sum(case when {{ burdened }} then in_scope - wanted end) {{ before }}, 0) as bigint) as asked_burden,
        coalesce(sum(case when {{ outpatient }} then wanted end) {{ whole }}, 0) as outpatient_year,
        coalesce(sum(case when {{ kept }} and medical_kind_code <> 'outpatient' then wanted end) {{ whole }}, 0) as other_year,
        coalesce(sum(case when {{ burdened }} then in_scope - wanted end) {{ whole }}, 0) as burden_year,
        coalesce(sum(case when sign > 0 then privileged_wanted end) {{ whole }}, 0) as privileged_year,
        coalesce(
            sum(case when {{ kept }} and is_civil_servant and medical_kind_code = 'inpatient' then in_scope end) {{ whole }}, 0
        ) as civil_year,
        coalesce(
            sum(case when {{ burdened }} and is_assisted and medical_kind_code = 'inpatient' then in_scope - wanted end) {{ whole }},
            0
        ) as assisted_year,
        max(outpatient_cap) {{ whole }} as highest_outpatient_cap,
        {%- for limit in (
            'pooled_cap', 'outpatient_cap', 'civil_cap', 'privileged_cap', 'critical_line', 'critical_cap', 'assistance_cap',
        ) %}
        min({{ limit }}) {{ whole }} as least_{{ limit }}{{ ',' if not loop.last }}
        {%- endfor %}
    from asked
)

select
    {%- for name in kept_columns %}
    summed.{{ name }},
    {%- endfor %}
    coalesce(
        tier_code = 'limited'
        and other_year + least(outpatient_year, coalesce(least_outpatient_cap, outpatient_year))
        <= coalesce(least_pooled_cap, other_year + outpatient_year)
        and (
            outpatient_year <= coalesce(least_outpatient_cap, outpatient_year)
            or (least_outpatient_cap = highest_outpatient_cap and reversal_count = 0)
        )
        and (
            burden_year <= coalesce(least_critical_line, burden_year)
            or (burden_year <= least_critical_cap and reversal_count = 0)
        )
        and privileged_year <= coalesce(least_privileged_cap, privileged_year)
        and privileged_year + civil_year <= coalesce(least_civil_cap, privileged_year + civil_year)
        and assisted_year <= coalesce(least_assistance_cap, assisted_year),
        false
    ) = false as is_stepwise
from summed
