{{ config(materialized='table') }}
-- Whose benefit year has to be worked out again after the build before: a person's limits are a year's, so one row that came,
-- changed or went concerns them all. A reversal is of its original's person and year, whichever of the two came or went. A bill
-- matters only where cost moved on at the pooled cap. Nobody where there is no build before: then everything is worked out.
{%- if is_replay_kept() %}
with changed as (
    select
        changed.settlement_id,
        changed.original_settlement_id,
        changed.person_key,
        {{ benefit_year_of('changed') }} as benefit_year_code
    from {{ source('lake', 'changed_settlement') }} as changed
),

concerned as (
    select
        benefit_year_code,
        person_key
    from changed
    union
    select
        {{ benefit_year_of('original') }},
        original.person_key
    from {{ ref('stg_setl_d') }} as original
    inner join changed on original.settlement_id = changed.original_settlement_id
    union
    select
        reversal.benefit_year_code,
        reversal.person_key
    from {{ ref('fct_reversal') }} as reversal
    inner join changed on reversal.original_settlement_id = changed.settlement_id
    union
    select
        former.benefit_year_code,
        former.person_key
    from {{ source('lake', 'former_replay') }} as former
    inner join {{ source('lake', 'changed_bill') }} as bill on former.settlement_id = bill.settlement_id
    where former.due_moved <> 0 or former.reason_code in ({{ quoted_list(bill_gaps()) }})
)

select distinct
    benefit_year_code,
    coalesce(person_key, '') as person_key
from concerned
{%- else %}
select
    cast(null as varchar) as benefit_year_code,
    cast(null as varchar) as person_key
where false
{%- endif %}
