{# Numbers in sentences carry the sign of pages (U+2212). #}
{# A number as Chinese readers write it beside a limit: one decimal, more only where rounding would blur the side. #}
{% macro months_zh(number, limit) %}
replace(case
    when sign(round({{ number }}, 1) - {{ limit }}) = sign({{ number }} - {{ limit }})
        then cast(cast(round({{ number }}, 1) as decimal(20, 1)) as varchar)
    when sign(round({{ number }}, 2) - {{ limit }}) = sign({{ number }} - {{ limit }})
        then cast(cast(round({{ number }}, 2) as decimal(20, 2)) as varchar)
    when sign(round({{ number }}, 3) - {{ limit }}) = sign({{ number }} - {{ limit }})
        then cast(cast(round({{ number }}, 3) as decimal(20, 3)) as varchar)
    else cast({{ number }} as varchar)
end, '-', '−')
{%- endmacro %}

{# Yuan in the unit that keeps the number short: 亿元, 万元 or 元, two decimals. #}
{% macro yuan_zh(number) %}
replace(case
    when abs({{ number }}) >= 100000000
        then cast(cast(round({{ number }} / 100000000, 2) as decimal(20, 2)) as varchar) || ' 亿元'
    when abs({{ number }}) >= 10000
        then cast(cast(round({{ number }} / 10000, 2) as decimal(20, 2)) as varchar) || ' 万元'
    else cast(cast(round({{ number }}, 2) as decimal(20, 2)) as varchar) || ' 元'
end, '-', '−')
{%- endmacro %}

{# A limit without idle zeros: 3 rather than 3.000000. #}
{% macro limit_zh(number) %}
replace(case
    when {{ number }} = round({{ number }}, 0) then cast(cast(round({{ number }}, 0) as decimal(20, 0)) as varchar)
    else cast(cast(round({{ number }}, 1) as decimal(20, 1)) as varchar)
end, '-', '−')
{%- endmacro %}
