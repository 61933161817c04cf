{{ config(materialized='view') }}
-- One row per valid settlement: as worked out in this run, else as the build before it has it. The build's own rows are
-- written from here.
{%- if is_replay_kept() %}
with replaced as (
    select settlement_id from {{ ref('int_benefits__ruled_claim') }}
    union
    select settlement_id from {{ source('lake', 'changed_settlement') }}
)
{% endif %}
select
    {%- for name in replay_columns() %}
    anew.{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref('int_benefits__worked_anew') }} as anew
{%- if is_replay_kept() %}
union all
select
    {%- for name in replay_columns() %}
    former.{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ source('lake', 'former_replay') }} as former
left join replaced on former.settlement_id = replaced.settlement_id
where replaced.settlement_id is null
{%- endif %}
