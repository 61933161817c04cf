{#
    Marts of the replay are kept by benefit year, as aggregates are by month: the working file of a run starts with those
    of the build before it, and only the years of lake.changed_benefit_year are worked out anew.
#}
{% macro in_changed_benefit_year(column) -%}
    {{ column }} in (select changed.benefit_year_code from {{ source('lake', 'changed_benefit_year') }} as changed)
{%- endmacro %}

{# The pre-hook of an incremental mart: what the changed years held before is taken out. #}
{% macro delete_changed_benefit_years() -%}
    {%- if execute and is_incremental() -%}
        delete from {{ this }} where {{ in_changed_benefit_year('benefit_year_code') }}
    {%- endif -%}
{%- endmacro %}
