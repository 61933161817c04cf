{# The columns of a rule set that the arithmetic reads, from the relation named. #}
{% macro rule_columns(relation) -%}
    {%- set names = [] -%}
    {%- for item in plain_parameters() + bracketed_parameters() if item.slot not in ('ratio', 'flat_ratio') -%}
        {%- do names.append(item.slot) -%}
    {%- endfor -%}
    {%- for number in range(1, bracket_count() + 1) -%}
        {%- do names.extend(['lower_' ~ number, 'upper_' ~ number, 'ratio_' ~ number]) -%}
    {%- endfor -%}
    {%- for name in names %}
    {{ relation }}.{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
