{# Money is decimal(20,2), ratios are decimal(18,6); sums are cast back because sums widen. #}
{% macro yuan(expression) -%}
    cast({{ expression }} as decimal(20, 2))
{%- endmacro %}

{% macro sum_money(expression) -%}
    cast(sum({{ expression }}) as decimal(20, 2))
{%- endmacro %}

{#
    amount × ratio (decimal(9,6)), half up to the cent. Up to a million yuan the product is taken in 64 bits, which is ten
    times as fast; larger amounts, and those below zero, take the wide way to the same cents.
#}
{% macro rounded_share(amount, ratio) -%}
    case
        when {{ amount }} between 0 and 1000000 then round(cast({{ amount }} as decimal(11, 2)) * {{ ratio }}, 2)
        else round({{ amount }} * {{ ratio }}, 2)
    end
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
