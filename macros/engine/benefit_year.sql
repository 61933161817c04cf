{#
    The benefit replay is kept between runs: the rows of the build before (lake.former_replay) stand for every settlement that
    is not worked out anew, and marts over them are kept by benefit year and month, as aggregates are by month. Where there
    is no such build, everything is worked out.
#}
{% macro is_replay_kept() -%}
    {#- while dbt parses, yes: so that it sees what the models read then -#}
    {{ return(not execute or load_relation(source('lake', 'former_replay')) is not none) }}
{%- endmacro %}

{#
    Rows of the months in which the settlements to be worked out lie: those that hold the persons' rows in the build before, or
    what changed since. As literals, so that no other month's files are read.
#}
{% macro in_replayed_months() -%}
    {%- if execute and is_replay_kept() -%}
        {%- set persons = ref('int_benefits__replayed_person') -%}
        {%- set query -%}
            select former.event_month
            from {{ source('lake', 'former_replay') }} as former
            inner join {{ persons }} as replayed
                on former.benefit_year_code = replayed.benefit_year_code and coalesce(former.person_key, '') = replayed.person_key
            union
            select reversal.event_month
            from {{ ref('int_benefits__reversal') }} as reversal
            inner join {{ persons }} as replayed
                on reversal.benefit_year_code = replayed.benefit_year_code and reversal.person_key = replayed.person_key
            union
            select event_month
            from {{ source('lake', 'changed_settlement') }}
            order by event_month
        {%- endset -%}
        {%- set months = run_query(query).columns[0].values() | list -%}
        {%- if months %} and settlement.event_month in ({{ quoted_list(months) }}){% else %} and false{% endif -%}
    {%- endif -%}
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

{#
    Rows of the areas of which any such settlement was worked out by a rule set: elsewhere nothing says a limit. As literals,
    so that the others' rows are not read.
#}
{% macro in_ruled_area() -%}
    {%- set query -%}
        select distinct area_code
        from {{ ref('int_benefits__worked') }}
        where rule_set_no is not null and {{ in_changed_benefit_year() }}
        order by area_code
    {%- endset -%}
    {%- if not execute -%} true
    {%- else -%}
        {%- set areas = run_query(query).columns[0].values() | list -%}
        {%- if areas -%} area_code in ({{ quoted_list(areas) }}) {%- else -%} false {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# The pre-hook of an incremental mart: what it held before of the rows that ``condition`` names is taken out. #}
{% macro delete_changed_replay(condition) -%}
    {%- if execute and is_incremental() -%} delete from {{ this }} where {{ condition }} {%- endif -%}
{%- endmacro %}
