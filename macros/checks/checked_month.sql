{#
    All row checks of a relation in one pass over its rows, as one row per area, insurance type, event month and check.

    relation    has area_code, insutype_code, event_month and what the conditions name
    conditions  list of check_id, condition, denominator, yuan, key (claim_conditions(), contribution_conditions()) and, where
                a row stands for several, weight: of how many
    control     the amount by which the rows are counted against what was received (the feed's control amount)
    A condition that cannot be told (NULL) is not violated. The row #rows counts every row and its control amount: the
    base of M10, which sees that no row is lost between the lake and core.
#}
{% macro checked_month(relation, conditions, control) %}
with judged as (
    select
        area_code,
        insutype_code,
        event_month,
        count(*) as row_count,
        {{ sum_money(control) }} as control_yuan
        {%- for item in conditions %}
        {%- set wrong = "(" ~ item.denominator ~ ") and (" ~ item.condition ~ ")" %},
        cast(sum(case when {{ wrong }} then {{ item.weight | default(1) }} else 0 end) as bigint) as violated_{{ loop.index }},
        cast(sum(case when {{ item.denominator }} then {{ item.weight | default(1) }} else 0 end) as bigint) as judged_{{ loop.index }},
        {{ sum_money("case when " ~ wrong ~ " then " ~ item.yuan ~ " end") }} as yuan_{{ loop.index }},
        {{ sample_keys("case when " ~ wrong ~ " then " ~ item.key ~ " end") }} as keys_{{ loop.index }}
        {%- endfor %}
    from {{ relation }}
    group by area_code, insutype_code, event_month
)

select
    area_code,
    insutype_code,
    event_month,
    '#rows' as check_id,
    cast(0 as bigint) as violated_count,
    cast(row_count as bigint) as denominator_count,
    control_yuan as evidence_yuan,
    cast(null as varchar) as sample_keys
from judged
{%- for item in conditions %}
union all
select
    area_code,
    insutype_code,
    event_month,
    '{{ item.check_id }}' as check_id,
    violated_{{ loop.index }} as violated_count,
    judged_{{ loop.index }} as denominator_count,
    yuan_{{ loop.index }} as evidence_yuan,
    keys_{{ loop.index }} as sample_keys
from judged
where judged_{{ loop.index }} > 0
{%- endfor %}
{% endmacro %}
