{# Expressions that the engines spell differently; models never ask which engine they run on. #}

{% macro try_cast_to(expression, data_type) -%}
    try_cast({{ expression }} as {{ data_type }})
{%- endmacro %}

{# Joined list of a string column within a group, in a fixed order. #}
{% macro string_list(expression, separator=', ') -%}
    {{ return(adapter.dispatch('string_list', 'shouzhi')(expression, separator)) }}
{%- endmacro %}

{% macro default__string_list(expression, separator) -%}
    string_agg(distinct {{ expression }}, '{{ separator }}' order by {{ expression }})
{%- endmacro %}

{% macro spark__string_list(expression, separator) -%}
    concat_ws('{{ separator }}', sort_array(collect_set({{ expression }})))
{%- endmacro %}

{# File names in natural order: 2 before 10. Digits are padded to ten places. #}
{% macro natural_order(expression) -%}
    {{ return(adapter.dispatch('natural_order', 'shouzhi')(expression)) }}
{%- endmacro %}

{% macro default__natural_order(expression) -%}
    regexp_replace(
        regexp_replace({{ expression }}, '([0-9]+)', '0000000000\1', 'g'), '0*([0-9]{10})', '\1', 'g'
    )
{%- endmacro %}

{# All occurrences of a pattern replaced. #}
{% macro replace_pattern(expression, pattern, replacement='') -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{# At most 100 different keys of a group, in order, in one text; NULLs are left out, none is NULL. #}
{% macro sample_keys(expression) -%}
    {{ return(adapter.dispatch('sample_keys', 'shouzhi')(expression)) }}
{%- endmacro %}

{% macro default__sample_keys(expression) -%}
    array_to_string(min({{ expression }}, 100), ' ')
{%- endmacro %}

{% macro spark__sample_keys(expression) -%}
    nullif(array_join(slice(sort_array(collect_set({{ expression }})), 1, 100), ' '), '')
{%- endmacro %}

{# Whether a relation holds any row at all. #}
{% macro is_delivered(relation) -%}
    (select count(*) > 0 from (select 1 as one from {{ relation }} limit 1) as first_row)
{%- endmacro %}
