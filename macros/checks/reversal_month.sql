{#
    Months whose reversals are judged anew, in a working file that starts with the sums of the build before: months that
    changed, months that take back something of a changed month, now or before, and months in which one settlement is taken
    back several times.
#}
{% macro changed_reversal_months() -%}
    {%- set changed = changed_months(['setl_d']) -%}
    {%- if not changed -%}{{ return([]) }}{%- endif -%}
    {%- set query -%}
        select event_month
        from {{ ref('fct_reversal') }}
        where
            event_month in ({{ quoted_list(changed) }})
            or original_month in ({{ quoted_list(changed) }})
            or original_settlement_id in (
                select original_settlement_id
                from {{ ref('fct_reversal') }}
                group by original_settlement_id
                having count(*) > 1
            )
        union
        select event_month
        from {{ this }}
        where
            event_month in ({{ quoted_list(changed) }})
            or is_repeated
            {%- for month in changed %}
            or original_months like '%{{ month }}%'
            {%- endfor %}
        order by event_month
    {%- endset -%}
    {{ return(run_query(query).columns[0].values() | list) }}
{%- endmacro %}

{# The pre-hook that goes with it. #}
{% macro delete_changed_reversal_months() -%}
    {%- if execute and is_incremental() -%}
        {%- set months = changed_reversal_months() -%}
        {%- if months -%} delete from {{ this }} where event_month in ({{ quoted_list(months) }}) {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# The condition of the reversals to be judged: nothing in a full build. #}
{% macro in_changed_reversal_months() -%}
    {%- if execute and is_incremental() -%}
        {%- set months = changed_reversal_months() -%}
        {%- if months %} and event_month in ({{ quoted_list(months) }}){% else %} and false{% endif -%}
    {%- endif -%}
{%- endmacro %}

{# The condition of what those reversals take back: the months in which it lies. #}
{% macro in_original_months() -%}
    {%- if execute and is_incremental() -%}
        {%- set query -%}
            select distinct original_month
            from {{ ref('fct_reversal') }}
            where original_month is not null{{ in_changed_reversal_months() }}
            order by original_month
        {%- endset -%}
        {%- set months = run_query(query).columns[0].values() | list -%}
        {%- if months %} and event_month in ({{ quoted_list(months) }}){% else %} and false{% endif -%}
    {%- endif -%}
{%- endmacro %}

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
