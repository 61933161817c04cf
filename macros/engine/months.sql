{# The month of a date as YYYYMM. #}
{% macro month_code(date) -%}
    cast(extract(year from {{ date }}) * 100 + extract(month from {{ date }}) as varchar)
{%- endmacro %}

{# Whole days from one date to another, both counted. #}
{% macro days_inclusive(first_date, last_date) -%}
    ({{ dbt.datediff(first_date, last_date, 'day') }} + 1)
{%- endmacro %}

{# Months since the year 0 of a code YYYYMM: the difference of two is a count of months. #}
{% macro month_number(code) -%}
    (cast(substr({{ code }}, 1, 4) as integer) * 12 + cast(substr({{ code }}, 5, 2) as integer))
{%- endmacro %}
