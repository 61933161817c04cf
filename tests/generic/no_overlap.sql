{# Half-open ranges of one key never overlap; an empty valid_to is open. #}
{% test no_overlap(model, key, valid_from, valid_to) %}
with ranged as (
    select
        {{ key | join(', ') }},
        {{ valid_from }} as range_start,
        {{ valid_to }} as range_end,
        lead({{ valid_from }}) over (partition by {{ key | join(', ') }} order by {{ valid_from }}) as next_start
    from {{ model }}
)

select *
from ranged
where range_end <= range_start or (next_start is not null and (range_end is null or range_end > next_start))
{% endtest %}
