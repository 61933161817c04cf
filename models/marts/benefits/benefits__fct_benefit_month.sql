{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_changed_replay(in_changed_replay()) }}",
) }}
{%- set layers = [
    ('pooled', 'pooled_pay', 'pooled'), ('large', 'large_claim_pay', 'large'),
    ('civil', 'civil_servant_pay', 'civil'), ('critical', 'serious_illness_pay', 'critical'),
    ('assistance', 'assistance_pay', 'assistance'), ('off_fund', 'cast(null as bigint)', 'off_fund'),
] %}
{%- set funds = {'large': '330100', 'civil': '320100', 'critical': '390200', 'assistance': '610100', 'off_fund': 'OFF130'} %}
-- One pass over the settlements, all funds side by side; then one row a fund.
with summed as (
    select
        area_code,
        insutype_code,
        event_month,
        benefit_year_code,
        status_code,
        reason_code,
        {%- for name, paid, layer in layers %}
        cast(sum(
            case
                {%- set either = 'coalesce(' ~ paid ~ ', 0) <> 0 or coalesce(due_' ~ layer ~ ', 0) <> 0' %}
                when {{ 'true' if name == 'pooled' else either }}
                    then 1
                else 0
            end
        ) as bigint) as {{ name }}_settlement_count,
        cast(sum(
            case when status_code = 'replayed' and {{ paid }} <> coalesce(due_{{ layer }}, 0) then 1 else 0 end
        ) as bigint) as {{ name }}_difference_count,
        {{ sum_of_fen(paid) }} as {{ name }}_paid_yuan,
        {{ sum_of_fen("case when status_code = 'replayed' then coalesce(due_" ~ layer ~ ", 0) end") }}
            as {{ name }}_expected_yuan,
        {{ sum_of_fen("case when status_code = 'replayed' then " ~ paid ~ " - coalesce(due_" ~ layer ~ ", 0) end") }}
            as {{ name }}_difference_yuan,
        {%- set unreferred = "status_code = 'replayed' and place_code = 'unreferred'" %}
        {%- set excess = unreferred ~ ' and abs(' ~ paid ~ ') > abs(coalesce(due_' ~ layer ~ ', 0))' %}
        cast(sum(case when {{ unreferred }} then 1 else 0 end) as bigint) as {{ name }}_unreferred_count,
        cast(sum(case when {{ excess }} then 1 else 0 end) as bigint) as {{ name }}_unreferred_excess_count,
        {{ sum_of_fen('case when ' ~ excess ~ ' then ' ~ paid ~ ' - coalesce(due_' ~ layer ~ ', 0) else 0 end') }}
            as {{ name }}_unreferred_excess_yuan,
        {{ sample_keys(
            "case when status_code = 'replayed' and " ~ paid ~ ' <> coalesce(due_' ~ layer ~ ', 0) then settlement_id end'
        ) }} as {{ name }}_difference_keys{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_benefits__worked') }}
    where {{ in_changed_replay() }}
    group by area_code, insutype_code, event_month, benefit_year_code, status_code, reason_code
)

{%- for name, paid, layer in layers %}
select
    summed.area_code,
    summed.insutype_code,
    {{ "coalesce(insutype.fund_code, '999997')" if name == 'pooled' else "'" ~ funds[name] ~ "'" }} as fund_code,
    summed.event_month,
    summed.benefit_year_code,
    summed.status_code,
    summed.reason_code,
    summed.{{ name }}_settlement_count as settlement_count,
    summed.{{ name }}_difference_count as difference_count,
    summed.{{ name }}_paid_yuan as paid_yuan,
    summed.{{ name }}_expected_yuan as expected_yuan,
    summed.{{ name }}_difference_yuan as difference_yuan,
    summed.{{ name }}_unreferred_count as unreferred_count,
    summed.{{ name }}_unreferred_excess_count as unreferred_excess_count,
    summed.{{ name }}_unreferred_excess_yuan as unreferred_excess_yuan,
    summed.{{ name }}_difference_keys as difference_keys
from summed
{%- if name == 'pooled' %}
left join {{ ref('insutype') }} as insutype on summed.insutype_code = insutype.insutype_code
{%- endif %}
where summed.{{ name }}_settlement_count > 0
{{ 'union all' if not loop.last }}
{%- endfor %}
