{#
    Change of a level against the last known one, and how long it has stood.

    relation     needs the series columns, position (1, 2, … without gaps), level_code and severity_rank
                 (above 0 = a level, 0 = not_available, below 0 = none)
    series       columns that name one series
    Returns the text of a select with all columns of the relation and previous_rank, previous_position (of the last known
    level), change_code, months_in_level.
    A period without a level neither starts nor ends one: it is compared and counted over, and says "same" itself.
#}
{% macro level_history(relation, series) %}
{%- set keys = series | join(", ") -%}
with marked as (
    select
        *,
        case when severity_rank = 0 then 0 else 1 end as is_known,
        -- the last known level rides on its position, so that one running maximum finds it
        max(case when severity_rank <> 0 then position * 10 + severity_rank + 2 end) over (
            partition by {{ keys }} order by position
            rows between unbounded preceding and 1 preceding
        ) as previous_mark,
        count(case when severity_rank <> 0 then 1 end) over (
            partition by {{ keys }} order by position rows between unbounded preceding and current row
        ) as known_no
    from {{ relation }}
),

known as (
    select
        *,
        mod(previous_mark, 10) - 2 as previous_rank,
        cast((previous_mark - mod(previous_mark, 10)) / 10 as bigint) as previous_position
    from marked
),

island as (
    select
        *,
        -- the known period in which the level began rides on its number, which only grows
        max(case when is_known = 1 and (previous_rank is null or previous_rank <> severity_rank) then known_no end) over (
            partition by {{ keys }} order by position rows between unbounded preceding and current row
        ) as first_known_no
    from known
)

select
    *,
    case
        when is_known = 0 then 'same'
        when coalesce(previous_rank, -1) = severity_rank then 'same'
        when coalesce(previous_rank, -1) < 0 then 'new'
        when severity_rank < 0 then 'cleared'
        when severity_rank > previous_rank then 'raised'
        else 'lowered'
    end as change_code,
    case
        when is_known = 1 then known_no - first_known_no + 1
        else position - coalesce(previous_position, 0)
    end as months_in_level
from island
{% endmacro %}
