{# Number of periods of a type in a year, and the width of the reserve window in periods. #}
{% macro periods_per_year(period_type) -%}
    case {{ period_type }} when 'month' then 12 when 'quarter' then 4 when 'half' then 2 else 1 end
{%- endmacro %}

{# From fine to coarse: month 1, quarter 2, half 3, year 4. #}
{% macro period_rank(period_type) -%}
    case {{ period_type }} when 'month' then 1 when 'quarter' then 2 when 'half' then 3 else 4 end
{%- endmacro %}
