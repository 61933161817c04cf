{# One row per combination of columns; NULL is a value like another. #}
{% test unique_grain(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as rows_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
