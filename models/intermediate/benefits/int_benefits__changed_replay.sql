{{ config(materialized='table') }}
-- depends_on: {{ ref('int_benefits__ruled_claim') }}
-- The benefit years and months of which a row of the replay is not what the build before has: what is kept by them is made
-- anew. Of a settlement that came, changed or went, where it is and was; of the others worked out, where the row differs.
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
),

told as (
    select
        worked.*,
        changed.settlement_id is not null as is_changed
    from worked
    left join (select distinct settlement_id from {{ source('lake', 'changed_settlement') }}) as changed
        on worked.settlement_id = changed.settlement_id
)

select
    benefit_year_code,
    event_month
from told
where is_changed
union
select
    benefit_year_code,
    event_month
from told
where not is_changed
group by {{ replay_columns() | join(', ') }}
having count(*) = 1
{%- else %}
select distinct
    benefit_year_code,
    event_month
from {{ ref('int_benefits__ruled_claim') }}
{%- endif %}
