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
    The months of the settlements that are matched with their lines anew: those that changed, and those of the settlements
    whose lines did (lake.changed_bill; where it does not stand, all from the first month on in which a line changed: a line
    dated after its settlement's month is none of its lines). None in a full build.
#}
{% macro rematched_months() -%}
    {%- set bills, claims = source('lake', 'changed_bill'), ref('stg_setl_d') -%}
    {%- if not execute or not is_incremental() -%}{{ return(none) }}{%- endif -%}
    {%- if load_relation(bills) is none -%}
        {{ return(changed_months(['setl_d', 'fee_list_d'], since=['fee_list_d'])) }}
    {%- endif -%}
    {%- set months, lines = changed_months(['setl_d']), changed_months(['fee_list_d']) -%}
    {%- if lines -%}
        {%- set query -%}
            select distinct event_month
            from {{ claims }}
            where event_month >= '{{ lines | first }}' and settlement_id in (select bill.settlement_id from {{ bills }} as bill)
        {%- endset -%}
        {%- set months = months + (run_query(query).columns[0].values() | list) -%}
    {%- endif -%}
    {{ return(months | unique | sort | list) }}
{%- endmacro %}

{# The pre-hook of what is counted by the settlement's month and by the line's own. #}
{% macro delete_rematched_months(own_month_checks) -%}
    {%- if execute and is_incremental() -%}
        {%- set own = "check_id in (" ~ quoted_list(own_month_checks) ~ ")" -%}
        delete from {{ this }}
        where (not {{ own }}{{ in_months(rematched_months()) }}) or ({{ own }}{{ incremental_by_month(['fee_list_d']) }})
    {%- endif -%}
{%- endmacro %}

{#
    The months of the lines of some months' settlements, as a condition of literals: of all others' lines the settlement's
    number is read and nothing else.

    months      of the settlements (rematched_months()), none in a full build
#}
{% macro in_months_of_lines(months) -%}
    {%- set lines, claims = ref('stg_fee_list_d'), ref('stg_setl_d') -%}
    {%- if months -%}
        {%- set query -%}
            select distinct line.event_month
            from {{ lines }} as line
            where line.settlement_id in (select claim.settlement_id from {{ claims }} as claim where true{{ in_months(months) }})
            order by line.event_month
        {%- endset -%}
        {{ in_months(run_query(query).columns[0].values() | list) }}
    {%- else -%}
        {{ in_months(months) }}
    {%- endif -%}
{%- endmacro %}
