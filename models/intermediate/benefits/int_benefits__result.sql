{{ config(materialized='table') }}
{%- set results = worked_amounts() %}
{%- set given %}
(
    select
        event.settlement_no,
        event.sign,
        claim.benefit_year_code,
        {%- for name in claim_facts() %}
        claim.{{ name }},
        {%- endfor %}
        {{ rule_columns('rule') }},
        event.used_before,
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
    from event
    inner join {{ ref('int_benefits__ruled_claim') }} as claim on event.claim_no = claim.settlement_no
    left join {{ ref('int_benefits__limited') }} as limited on event.claim_no = limited.settlement_no
    left join {{ ref('int_benefits__stepwise') }} as stepwise on event.claim_no = stepwise.settlement_no
    left join {{ ref('int_benefits__rule_set') }} as rule on claim.rule_set_no = rule.rule_set_no
)
{%- endset %}
-- One row per valid settlement: what the rules say (due_…), in fen, and how it was worked out; int_benefits__worked_anew sets it
-- beside the settlement. A reversal has its original's result with the opposite sign: it is worked out with the original's
-- facts and with what the year had before the original.
with event as (
    select settlement_no, claim_no, 1 as sign, used_before
    from {{ ref('int_benefits__year_event') }}
    where not is_reversal_event
    union all
    select reversal.settlement_no, reversal.claim_no, -1, original.used_before
    from {{ ref('int_benefits__year_event') }} as reversal
    inner join {{ ref('int_benefits__year_event') }} as original on reversal.claim_no = original.settlement_no
    where reversal.is_reversal_event
),

worked as (
    {{ benefit_paid('(' ~ benefit_wanted(given) ~ ')') }}
),

judged as (
    select
        worked.*,
        case
            when blocked_by_id is not null then 'blocked'
            when is_stepwise then step_missing_code
            else missing_code
        end as gap_code
    from worked
)

select
    settlement_no,
    benefit_year_code,
    path_code,
    rule_set_no,
    gap_code,
    blocked_by_id,
    {%- for name in results %}
    case when gap_code is null then sign * case when is_stepwise then step_{{ name }} else {{ name }} end end
        as due_{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from judged
union all
-- Paid from an account, outside the rules, or a reversal that takes nothing back: nothing to work out.
select
    settlement_no,
    benefit_year_code,
    case when layer_path_code in ('outside', 'account') then layer_path_code end,
    null,
    reversal_fault_code,
    null,
    {%- for _ in results %}
    null{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref('int_benefits__ruled_claim') }}
where reversal_fault_code is not null or layer_path_code in ('outside', 'account')
