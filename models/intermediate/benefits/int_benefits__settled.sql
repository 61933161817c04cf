{{ config(materialized='view') }}
-- One row per valid settlement, in yuan: what the rules say (calculated_…) beside what was paid. In a build
-- rows.benefit_settlement.
select
    {%- for name in replay_facts() %}
    {{ name }},
    {%- endfor %}
    {{ yuan_of_fen('fee') }} as medical_fee_yuan,
    {{ yuan_of_fen('in_scope') }} as in_scope_yuan,
    {{ yuan_of_fen('first_self_pay') }} as preself_pay_yuan,
    pooled_pay_share,
    {%- for name in paid_amounts() %}
    {{ yuan_of_fen(name) }} as {{ name }}_yuan,
    {%- endfor %}
    {%- for name in worked_amounts() %}
    {{ yuan_of_fen('due_' ~ name) }} as calculated_{{ name }}_yuan{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref('int_benefits__worked') }}
