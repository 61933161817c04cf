{#
    The benefit replay is kept between runs: the rows of the build before (lake.former_replay) stand for every settlement that
    is not worked out anew, and marts over them are kept by benefit year and month, as aggregates are by month. Where there
    is no such build, everything is worked out.
#}
{% macro is_replay_kept() -%}
    {#- while dbt parses, yes: so that it sees what the models read then -#}
    {{ return(not execute or load_relation(source('lake', 'former_replay')) is not none) }}
{%- endmacro %}

{% macro in_changed_benefit_year(column) -%}
    {{ column }} in (select changed.benefit_year_code from {{ ref('int_benefits__changed_replay') }} as changed)
{%- endmacro %}

{% macro in_changed_replay(relation) -%}
    exists (
        select 1
        from {{ ref('int_benefits__changed_replay') }} as changed
        where
            {{ relation }}.benefit_year_code = changed.benefit_year_code
            and {{ relation }}.event_month = changed.event_month
    )
{%- endmacro %}

{# The pre-hook of an incremental mart: what it held before of the rows that ``condition`` names is taken out. #}
{% macro delete_changed_replay(condition) -%}
    {%- if execute and is_incremental() -%}
        delete from {{ this }} {%- if is_replay_kept() %} where {{ condition }}{% endif -%}
    {%- endif -%}
{%- endmacro %}
