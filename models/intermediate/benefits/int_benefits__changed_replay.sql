{{ config(materialized='table') }}
-- depends_on: {{ ref('int_benefits__ruled_claim') }}
-- The benefit years and months of which a row of the replay is not what the build before has: what is kept by them is made
-- anew. What the rules say is compared for all settlements that were worked out, the rest of a row only where another version
-- of the settlement came. A row that is the same on both sides is there twice.
{%- if is_replay_kept() %}
with result as (
    select
        {%- for name in replay_results() %}
        anew.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_benefits__worked_anew') }} as anew
    union all
    select
        {%- for name in replay_results() %}
        former.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ source('lake', 'former_replay') }} as former
    where
        former.benefit_year_code in (select replayed.benefit_year_code from {{ ref('int_benefits__replayed_person') }} as replayed)
        and former.settlement_id in (
            select claim.settlement_id from {{ ref('int_benefits__ruled_claim') }} as claim
            union
            select changed.settlement_id from {{ source('lake', 'changed_settlement') }} as changed
        )
),

replaced as (
    select
        {%- for name in replay_columns() %}
        former.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ source('lake', 'former_replay') }} as former
    where
        former.event_month in (select changed.event_month from {{ source('lake', 'changed_settlement') }} as changed)
        and former.settlement_id in (select changed.settlement_id from {{ source('lake', 'changed_settlement') }} as changed)
),

version as (
    select * from replaced
    union all
    select
        {%- for name in replay_columns() %}
        anew.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_benefits__worked_anew') }} as anew
    where anew.settlement_id in (select replaced.settlement_id from replaced)
)

select distinct
    benefit_year_code,
    event_month
from (
    select
        benefit_year_code,
        event_month
    from result
    group by {{ replay_results() | join(', ') }}
    having count(*) = 1
    union all
    select
        benefit_year_code,
        event_month
    from version
    group by {{ replay_columns() | join(', ') }}
    having count(*) = 1
) as differing
{%- else %}
select distinct
    benefit_year_code,
    event_month
from {{ ref('int_benefits__ruled_claim') }}
{%- endif %}
