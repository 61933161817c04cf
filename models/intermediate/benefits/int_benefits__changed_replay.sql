{{ config(materialized='table') }}
-- depends_on: {{ ref('int_benefits__ruled_claim') }}
-- The benefit years and months of which a row of the replay is not what the build before has: what is kept by them is made anew.
{%- if is_replay_kept() %}
with former as (
    select former.*
    from {{ source('lake', 'former_replay') }} as former
    where
        former.benefit_year_code in (select replayed.benefit_year_code from {{ ref('int_benefits__replayed_person') }} as replayed)
        and former.settlement_id in (
            select replayed.settlement_id from {{ ref('int_benefits__replayed_settlement') }} as replayed
            union all
            select changed.settlement_id from {{ source('lake', 'changed_settlement') }} as changed
        )
),

differing as (
    (
        select * from {{ ref('int_benefits__worked_anew') }}
        except all
        select * from former
    )
    union all
    (
        select * from former
        except all
        select * from {{ ref('int_benefits__worked_anew') }}
    )
)

select distinct
    benefit_year_code,
    event_month
from differing
{%- else %}
select distinct
    benefit_year_code,
    event_month
from {{ ref('int_benefits__ruled_claim') }}
{%- endif %}
