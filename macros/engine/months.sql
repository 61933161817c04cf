{# The month of a date as YYYYMM. #}
{% macro month_code(date) -%}
    cast(extract(year from {{ date }}) * 100 + extract(month from {{ date }}) as varchar)
{%- endmacro %}

{# Whole days from one date to another, both counted. #}
{% macro days_inclusive(first_date, last_date) -%}
    ({{ dbt.datediff(first_date, last_date, 'day') }} + 1)
{%- endmacro %}
