{{ config(materialized='view') }}
-- One row per valid settlement of the benefit years of which anything changed: as worked out in this run, else as the build
-- before it has it. The build's own rows are written from here.
select
    {%- for name in replay_columns() %}
    anew.{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref('int_benefits__worked_anew') }} as anew
{%- if is_replay_kept() %}
where {{ in_changed_benefit_year('anew.benefit_year_code') }}
union all
select
    {%- for name in replay_columns() %}
    former.{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ source('lake', 'former_replay') }} as former
where
    {{ in_changed_benefit_year('former.benefit_year_code') }}
    and not exists (
        select 1
        from {{ ref('int_benefits__replayed_settlement') }} as replayed
        where former.settlement_id = replayed.settlement_id
    )
    and not exists (
        select 1
        from {{ source('lake', 'changed_settlement') }} as changed
        where former.settlement_id = changed.settlement_id
    )
{%- endif %}
