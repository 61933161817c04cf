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
            or reversal_count > 1
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
