{# "、新增2个（甲、乙）" or "、红色1个", and nothing where the count is zero. #}
{% macro counted_zh(word, count_column, names_column=none) -%}
case
    when {{ count_column }} > 0
        then '、{{ word }}' || cast({{ count_column }} as varchar) || '个'
        {%- if names_column %} || '（' || {{ names_column }} || '）'{% endif %}
    else ''
end
{%- endmacro %}
