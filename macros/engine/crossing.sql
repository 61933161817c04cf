{#
    Months in which a running total of steps passes a threshold: +1 where it rises above it, -1 where it falls back.

    `events` has a month, as its last day, and a step for each row; `keys` name the things that are followed one by one (they
    may carry attributes that depend on them). With threshold 0 several covers at once are one; with 1 only a second one counts.
#}
{% macro crossings(events, keys, threshold=0) -%}
    select
        {% for key in keys -%}
        {{ key }},
        {% endfor -%}
        month_date,
        case when running_count > {{ threshold }} then 1 else -1 end as step
    from (
        select
            {% for key in keys -%}
            {{ key }},
            {% endfor -%}
            month_date,
            sum(step) as step,
            sum(sum(step)) over (
                partition by {{ keys | join(', ') }} order by month_date
                rows between unbounded preceding and current row
            ) as running_count
        from {{ events }}
        group by {{ keys | join(', ') }}, month_date
    ) as running
    where (running_count > {{ threshold }}) <> (running_count - step > {{ threshold }})
{%- endmacro %}
