{# How a step of the replay writes its numbers: yuan with two decimals, a ratio without idle zeros. #}
{% macro said(yuan) -%}
    cast(cast({{ yuan }} as decimal(20, 2)) as varchar)
{%- endmacro %}

{% macro ratio_said(ratio) -%}
    {{ replace_pattern('cast(cast(' ~ ratio ~ ' as decimal(18, 6)) as varchar)', '\\.?0+$') }}
{%- endmacro %}
