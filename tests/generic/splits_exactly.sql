{# The parts of a row add up to its total, to 0.00 yuan; a part that is not known is a fault. #}
{% test splits_exactly(model, total, parts) %}
select *
from {{ model }}
where {{ total }} is not null and ({{ total }} <> {{ parts | join(' + ') }}) is not false
{% endtest %}
