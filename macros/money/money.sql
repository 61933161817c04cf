{# Money is decimal(20,2), ratios are decimal(18,6); sums are cast back because sums widen. #}
{% macro yuan(expression) -%}
    cast({{ expression }} as decimal(20, 2))
{%- endmacro %}

{% macro sum_money(expression) -%}
    cast(sum({{ expression }}) as decimal(20, 2))
{%- endmacro %}

{# NULL as soon as one term is unknown: an unknown amount is never a zero. #}
{% macro sum_if_all_known(expression) -%}
    case when count({{ expression }}) = count(*) then cast(sum({{ expression }}) as decimal(20, 2)) end
{%- endmacro %}

{% macro safe_ratio(numerator, denominator) -%}
    case
        when {{ denominator }} <> 0
            then cast(
                round(cast({{ numerator }} as double) / cast({{ denominator }} as double), 6) as decimal(18, 6)
            )
    end
{%- endmacro %}

{# Largest difference that rounding explains: precision x (terms + 1) / 2 (invariants.md). #}
{% macro rounding_tolerance(precision, terms) -%}
    ({{ precision }} * ({{ terms }} + 1) / 2.0)
{%- endmacro %}
