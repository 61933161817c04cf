{# closing = opening + income - expenditure, to 0.00 yuan, wherever all four are known. #}
{% test rolls_forward(model, opening, income, expenditure, closing) %}
select *
from {{ model }}
where {{ closing }} <> {{ opening }} + {{ income }} - {{ expenditure }}
{% endtest %}
