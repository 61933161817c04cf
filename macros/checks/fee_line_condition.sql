{#
    Checks of a settlement's fee lines: one entry a check, evaluated by checked_month() over one row per settlement that
    has lines (core.agg_fee_line_check_month makes it); see claim_condition.sql.
    Source of the identities: national platform dictionary, section 1.3 (I6, I1L).
    I06: not judged where the settlement was not made from lines: by hand, supplementary (settlement_type_code 3), invalid.
    #matched counts the lines that found a settlement of their own area, #placeless those that say no area.
#}
{% macro fee_line_conditions() %}
{{ return([
    {
        'check_id': '#matched', 'denominator': 'true', 'key': 'cast(null as varchar)', 'condition': 'true',
        'yuan': 'own_area_yuan', 'weight': 'own_area_count',
    },
    {
        'check_id': '#placeless', 'denominator': 'placeless_count > 0', 'key': 'cast(null as varchar)', 'condition': 'true',
        'yuan': 'placeless_yuan', 'weight': 'placeless_count',
    },
    {
        'check_id': 'I06', 'denominator': "is_made_from_lines", 'key': 'settlement_id',
        'condition': "medical_fee_yuan <> line_fee_yuan or own_expense_yuan <> line_own_expense_yuan"
            ~ " or over_limit_yuan <> line_over_limit_yuan or preself_pay_yuan <> line_preself_pay_yuan"
            ~ " or in_scope_yuan <> line_in_scope_yuan",
        'yuan': "medical_fee_yuan - line_fee_yuan",
    },
    {
        'check_id': 'I12', 'denominator': 'true', 'key': 'wrong_line_id',
        'condition': "wrong_line_id is not null",
        'yuan': "line_fee_yuan - line_own_expense_yuan - line_over_limit_yuan - line_preself_pay_yuan - line_in_scope_yuan",
    },
]) }}
{% endmacro %}

{#
    The months of the lines of some months' settlements, as a condition of literals: of all others' lines the settlement's
    number is read and nothing else.

    months      the condition that chooses the settlements (incremental_by_month()), empty in a full build
#}
{% macro months_of_lines(months) -%}
    {%- set lines, claims = ref('stg_fee_list_d'), ref('stg_setl_d') -%}
    {%- if execute and months -%}
        {%- set query -%}
            select distinct line.event_month
            from {{ lines }} as line
            where line.settlement_id in (select claim.settlement_id from {{ claims }} as claim where true{{ months }})
            order by line.event_month
        {%- endset -%}
        {%- set found = run_query(query).columns[0].values() | list -%}
        {%- if found %} and event_month in ({{ quoted_list(found) }}){% else %} and false{% endif -%}
    {%- endif -%}
{%- endmacro %}
