{{ config(materialized='table') }}
-- The settlements of those benefit years of those persons, found by a few narrow columns of the months in which they lie: the
-- months that hold the persons' rows in the build before, and those of what changed since.
{%- if is_replay_kept() %}
with replayed_month as (
    select former.event_month
    from {{ source('lake', 'former_replay') }} as former
    inner join {{ ref('int_benefits__replayed_person') }} as replayed
        on former.benefit_year_code = replayed.benefit_year_code and coalesce(former.person_key, '') = replayed.person_key
    union
    select reversal.event_month
    from {{ ref('int_benefits__reversal') }} as reversal
    inner join {{ ref('int_benefits__replayed_person') }} as replayed
        on reversal.benefit_year_code = replayed.benefit_year_code and reversal.person_key = replayed.person_key
    union
    select event_month
    from {{ source('lake', 'changed_settlement') }}
)

select
    settlement.settlement_id,
    settlement.event_month
from {{ ref('stg_setl_d') }} as settlement
inner join replayed_month on settlement.event_month = replayed_month.event_month
left join {{ ref('int_benefits__reversal') }} as reversal on settlement.settlement_id = reversal.settlement_id
inner join {{ ref('int_benefits__replayed_person') }} as replayed
    on
        coalesce(reversal.benefit_year_code, {{ benefit_year_of('settlement') }}) = replayed.benefit_year_code
        and coalesce(reversal.person_key, settlement.person_key, '') = replayed.person_key
where settlement.valid_code = '1'
{%- else %}
select
    cast(null as varchar) as settlement_id,
    cast(null as varchar) as event_month
where false
{%- endif %}
