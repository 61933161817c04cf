{#
    What a table held in the build before: a model with ``meta={'keeps_former': true}`` is not thrown away when it is made anew
    but stands beside under another name (shouzhi/warehouse/standing.py). Nothing where there is no such build, and where
    nothing reached the table since.
#}
{% macro former_of(relation) -%}
    {%- if execute -%}
        {{ return(load_relation(relation.incorporate(path={'identifier': 'former_' ~ relation.identifier}))) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
