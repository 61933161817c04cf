{{ config(materialized='table') }}
-- The years that go row by row: their settlements and reversals numbered in the order of settlement. A reversal carries
-- what its original is and the mark under which the walk keeps what the original has taken.
with event as (
    select
        limited.*,
        split.partial,
        case when limited.is_reversal_event then limited.claim_no end as reversed_no,
        row_number() over (partition by limited.year_no order by limited.settled_at, limited.settlement_id) as event_no
    from {{ ref('int_benefits__limited') }} as limited
    left join {{ ref('int_benefits__fee_split') }} as split on limited.settlement_no = split.settlement_no
    where limited.is_stepwise
)

select
    event.year_no,
    event.event_no,
    event.settlement_no,
    event.settlement_id,
    event.claim_id,
    event.is_reversal_event,
    event.is_reversed,
    event.scheme_code,
    event.path_code,
    event.medical_kind_code,
    event.place_code,
    event.is_civil_servant,
    event.is_assisted,
    event.fee,
    event.first_self_pay,
    event.in_scope,
    event.partial,
    event.rule_set_no,
    event.static_missing_code,
    '|' || lpad(cast(coalesce(original.event_no, event.event_no) as varchar), 8, '0') || ':' as mark_text
from event
left join event as original
    on event.year_no = original.year_no and event.reversed_no = original.settlement_no
