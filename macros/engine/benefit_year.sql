{#
    The benefit replay is kept between runs: the rows of the build before (lake.former_replay) stand for every settlement that
    is not worked out anew, and marts over them are kept by benefit year and month, as aggregates are by month. Where there
    is no such build, everything is worked out.
#}
{% macro is_replay_kept() -%}
    {#- while dbt parses, yes: so that it sees what the models read then -#}
    {{ return(not execute or load_relation(source('lake', 'former_replay')) is not none) }}
{%- endmacro %}

{# Rows of the benefit years of which anything changed; as literals, so that no other year's files are read. #}
{% macro in_changed_benefit_year() -%}
    {%- set query -%}
        select distinct benefit_year_code from {{ ref('int_benefits__changed_replay') }} order by benefit_year_code
    {%- endset -%}
    {%- if not execute or not is_replay_kept() -%} true
    {%- else -%}
        {%- set years = run_query(query).columns[0].values() | list -%}
        {%- if years -%} benefit_year_code in ({{ quoted_list(years) }}) {%- else -%} false {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Rows of the benefit years and months of which anything changed. #}
{% macro in_changed_replay() -%}
    {%- set query -%}
        select distinct
            benefit_year_code,
            event_month
        from {{ ref('int_benefits__changed_replay') }}
        order by benefit_year_code, event_month
    {%- endset -%}
    {%- if not execute or not is_replay_kept() -%} true
    {%- else -%}
        {%- set changed = run_query(query).rows -%}
        {%- for row in changed -%}
            {{ '(' if loop.first else ' or ' -}}
            benefit_year_code = '{{ row[0] }}' and event_month = '{{ row[1] }}'
            {{- ')' if loop.last }}
        {%- else -%} false
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{# The pre-hook of an incremental mart: what it held before of the rows that ``condition`` names is taken out. #}
{% macro delete_changed_replay(condition) -%}
    {%- if execute and is_incremental() -%} delete from {{ this }} where {{ condition }} {%- endif -%}
{%- endmacro %}
