{# What one side hands over the other side receives, per group, to 0.00 yuan. #}
{% test transfers_match(model, group_by, given_yuan, received_yuan) %}
select
    {{ group_by }},
    sum({{ given_yuan }}) as given_yuan,
    sum({{ received_yuan }}) as received_yuan
from {{ model }}
group by {{ group_by }}
having sum(coalesce({{ given_yuan }}, 0)) <> sum(coalesce({{ received_yuan }}, 0))
{% endtest %}
