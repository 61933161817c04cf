{#
    core.fct_reversal is kept by the month of the reversal. Links are made anew in the months that changed, and in those whose
    reversals take back something of a changed month: what lay there before, or what came there now and was not known.
    Returns the list of months; none in a full build.
#}
{% macro relinked_months() -%}
    {%- if not execute or not is_incremental() -%}{{ return(none) }}{%- endif -%}
    {%- set changed = changed_months(['setl_d']) -%}
    {%- if not changed -%}{{ return([]) }}{%- endif -%}
    {%- set query -%}
        select
            event_month,
            max(case when original_month in ({{ quoted_list(changed) }}) then 1 else 0 end) as is_concerned,
            max(case when original_month is null then 1 else 0 end) as is_open
        from {{ this }}
        group by event_month
    {%- endset -%}
    {%- set linked = run_query(query).rows -%}
    {%- set months = changed + (linked | selectattr(1) | map(attribute=0) | list) -%}
    {%- set open = linked | selectattr(2) | map(attribute=0) | list -%}
    {%- if open -%}
        {%- set query -%}
            select distinct event_month
            from {{ this }}
            where original_month is null and original_settlement_id in (
                select settlement_id from {{ ref('stg_setl_d') }} where event_month in ({{ quoted_list(changed) }})
            )
        {%- endset -%}
        {%- set months = months + (run_query(query).columns[0].values() | list) -%}
    {%- endif -%}
    {{ return(months | unique | sort | list) }}
{%- endmacro %}

{# The pre-hook that goes with it. #}
{% macro delete_relinked_months() -%}
    {%- set months = relinked_months() -%}
    {%- if months -%} delete from {{ this }} where event_month in ({{ quoted_list(months) }}) {%- endif -%}
{%- endmacro %}

{# The months of what the reversals of some months take back, found by one narrow column of all settlements. #}
{% macro months_taken_back(reversals, months) -%}
    {%- if not months -%}{{ return(months) }}{%- endif -%}
    {%- set query -%}
        select distinct event_month
        from {{ ref('stg_setl_d') }}
        where settlement_id in (
            select original_settlement_id
            from {{ ref('stg_setl_d') }}
            where {{ reversals }}{{ in_months(months) }}
        )
        order by event_month
    {%- endset -%}
    {{ return(run_query(query).columns[0].values() | list) }}
{%- endmacro %}
