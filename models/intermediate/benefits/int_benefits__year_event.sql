{{ config(materialized='table') }}
-- What a person's year of a scheme has in the order of settlement: settlements that count against its limits, and the
-- reversals that give them back; with what was used before each of the deductible that it meets: admissions for an
-- admission, in-scope cost of ordinary outpatient, of chronic or of the privileged persons' outpatient care for one of these.
with claim as (
    select
        claim.settlement_no,
        claim.settlement_id,
        claim.settled_at,
        year.year_no,
        year.tier_code,
        case when claim.path_code = 'pooled' then claim.medical_kind_code else claim.path_code end as track_code,
        case when claim.path_code = 'pooled' and claim.medical_kind_code = 'inpatient' then 1 else claim.in_scope end as amount,
        reversal.settlement_no as reversal_no,
        reversal.settlement_id as reversal_id,
        reversal.settled_at as reversed_at
    from {{ ref('int_benefits__ruled_claim') }} as claim
    inner join {{ ref('int_benefits__year') }} as year
        on
            claim.person_key = year.person_key
            and claim.area_code = year.area_code
            and claim.scheme_code = year.scheme_code
            and claim.benefit_year_code = year.benefit_year_code
    left join {{ ref('int_benefits__reversal') }} as reversal
        on claim.settlement_no = reversal.original_no and reversal.is_effective
    where not claim.is_reversal and claim.layer_path_code in ('pooled', 'cadre')
),

event as (
    select
        settlement_no, settlement_no as claim_no, false as is_reversal_event, reversal_no is not null as is_reversed,
        settled_at, settlement_id, year_no, tier_code, track_code, amount
    from claim
    union all
    select
        reversal_no, settlement_no, true, false,
        reversed_at, reversal_id, year_no, tier_code, track_code, -amount
    from claim
    where reversal_no is not null
)

select
    settlement_no,
    claim_no,
    is_reversal_event,
    is_reversed,
    year_no,
    tier_code,
    cast(
        coalesce(
            sum(amount) over (
                partition by year_no, track_code order by settled_at, settlement_id
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as bigint
    ) as used_before
from event
