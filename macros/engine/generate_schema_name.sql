{# The folder's schema as it is, without a target prefix: schema names are part of the public contract. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}

{# marts/<folder>/<folder>__<name>.sql is published as <folder>.<name>. #}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- if custom_alias_name -%}
        {{ custom_alias_name | trim }}
    {%- elif node.resource_type == 'model' and 'marts' in node.fqn -%}
        {{ node.name.split('__')[-1] }}
    {%- else -%}
        {{ node.name }}
    {%- endif -%}
{%- endmacro %}
