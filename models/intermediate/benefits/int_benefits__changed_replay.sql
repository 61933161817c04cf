{{ config(materialized='table') }}
-- depends_on: {{ ref('int_benefits__ruled_claim') }}
-- The benefit years and months of which a row of the replay is not what the build before has: what is kept by them is made
-- anew.
{%- if is_replay_kept() %}
with worked as (
    select
        {%- for name in replay_columns() %}
        worked.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_benefits__worked_anew') }} as worked
    union all
    select
        {%- for name in replay_columns() %}
        former.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ source('lake', 'former_replay') }} as former
    where
        former.benefit_year_code in (select replayed.benefit_year_code from {{ ref('int_benefits__replayed_person') }} as replayed)
        and former.settlement_id in (
            select replayed.settlement_id from {{ ref('int_benefits__replayed_settlement') }} as replayed
            union
            select changed.settlement_id from {{ source('lake', 'changed_settlement') }} as changed
        )
)

-- A row that is the same on both sides is there twice.
select distinct
    benefit_year_code,
    event_month
from (
    select
        benefit_year_code,
        event_month
    from worked
    group by {{ replay_columns() | join(', ') }}
    having count(*) = 1
) as differing
{%- else %}
select distinct
    benefit_year_code,
    event_month
from {{ ref('int_benefits__ruled_claim') }}
{%- endif %}
