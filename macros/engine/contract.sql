{#
    Does a query keep its model's contract? DuckDB names the columns and types of both; where they are the same, that is all.
    Where they are not, the macro of dbt asks again and says what is wrong; it takes three times as long, every column by a
    macro call of its own.
#}
{% macro duckdb__get_assert_columns_equivalent(sql) -%}
    {%- set promised = [] -%}
    {%- for column in model['columns'].values() -%}
        {%- do promised.append('cast(null as ' ~ column['data_type'] ~ ') as ' ~ column['name']) -%}
    {%- endfor -%}
    {%- set given = described(sql) -%}
    {%- if not promised or given != described('select ' ~ promised | join(', ')) -%}
        {{ return(default__get_assert_columns_equivalent(sql)) }}
    {%- endif -%}
{%- endmacro %}

{# Names and types of a query's columns, in the order of the names. #}
{% macro described(sql) -%}
    {%- set found = [] -%}
    {%- for column in adapter.get_column_schema_from_query(sql) -%}
        {%- do found.append(column.name | lower ~ ' ' ~ column.dtype) -%}
    {%- endfor -%}
    {{ return(found | sort) }}
{%- endmacro %}
