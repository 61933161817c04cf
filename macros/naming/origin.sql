{# Where the parts of an account come from: all from one origin, or mixed. #}
{% macro one_origin(first_code, last_code) -%}
    case when {{ first_code }} = {{ last_code }} then {{ first_code }} else 'mixed' end
{%- endmacro %}
