{# Every value of the column stands in the dimension. #}
{% test matches_dimension(model, column, to, field) %}
select distinct fact.{{ column }}
from {{ model }} as fact
left join {{ to }} as dimension on fact.{{ column }} = dimension.{{ field }}
where fact.{{ column }} is not null and dimension.{{ field }} is null
{% endtest %}
