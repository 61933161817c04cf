{#
    Aggregates that are kept by month: the working file of a run starts with the aggregates of the build before it
    (same code, same region), and only the months whose rows changed are made anew.

    lake.changed_month names those months by feed; the list goes into the query as literals, so that only the files of
    those months are read. Without an earlier build the table does not exist yet and every month is made.
#}
{% macro changed_months(feeds, since=[]) -%}
    {%- set changed = source('lake', 'changed_month') -%}
    {%- set query -%}
        select distinct known.event_month
        from {{ source('lake', 'feed_month') }} as known
        where known.feed_code in ({{ quoted_list(feeds) }}) and exists (
            select 1
            from {{ changed }} as changed
            where
                (changed.feed_code in ({{ quoted_list(feeds) }}) and changed.event_month = known.event_month)
                {%- if since %}
                or (changed.feed_code in ({{ quoted_list(since) }}) and changed.event_month <= known.event_month)
                {%- endif %}
        )
        union
        select event_month
        from {{ changed }}
        where feed_code in ({{ quoted_list(feeds) }})
        order by event_month
    {%- endset -%}
    {{ return(run_query(query).columns[0].values() | list) }}
{%- endmacro %}

{# The condition of the model: nothing in a full build, else the changed months as literals. #}
{% macro incremental_by_month(feeds) -%}
    {%- if execute and is_incremental() -%}{{ in_months(changed_months(feeds)) }}{%- endif -%}
{%- endmacro %}

{#
    The same over several feeds that have months of their own: a row says its feed (feed_code), and a month that changed in one
    feed is not made anew for the others. A condition by itself: true in a full build.
#}
{% macro in_changed_months_of_own_feed(feeds) -%}
    {%- if execute and is_incremental() -%}
        {%- for feed in feeds -%}
            {{ "(" if loop.first else " or " }}(feed_code = '{{ feed }}'{{ in_months(changed_months([feed])) }}){{ ")" if loop.last }}
        {%- endfor -%}
    {%- else -%} true
    {%- endif -%}
{%- endmacro %}

{# A list of months as a condition of literals: of none where it is empty, no condition where there is no list. #}
{% macro in_months(months) -%}
    {%- if months %} and event_month in ({{ quoted_list(months) }}){% elif months is not none %} and false{% endif -%}
{%- endmacro %}

{# The pre-hook that goes with it: what the changed months held before is taken out. #}
{% macro delete_changed_months(feeds) -%}
    {%- if execute and is_incremental() -%}
        {%- set months = changed_months(feeds) -%}
        {%- if months -%} delete from {{ this }} where event_month in ({{ quoted_list(months) }}) {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro delete_changed_months_of_own_feed(feeds) -%}
    {%- if execute and is_incremental() -%} delete from {{ this }} where {{ in_changed_months_of_own_feed(feeds) }} {%- endif -%}
{%- endmacro %}

{% macro quoted_list(values) -%}
    {%- for value in values -%}'{{ value | string | replace("'", "''") }}'{% if not loop.last %}, {% endif %}{%- endfor -%}
{%- endmacro %}
