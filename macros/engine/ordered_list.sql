{# Joined list of a string column within a group, in the order of other columns; NULLs are left out. #}
{% macro ordered_list(expression, separator, order_by) -%}
    {{ return(adapter.dispatch('ordered_list', 'shouzhi')(expression, separator, order_by)) }}
{%- endmacro %}

{% macro default__ordered_list(expression, separator, order_by) -%}
    string_agg({{ expression }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{% macro spark__ordered_list(expression, separator, order_by) -%}
    listagg({{ expression }}, '{{ separator }}') within group (order by {{ order_by }})
{%- endmacro %}
