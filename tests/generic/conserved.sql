{# The sum of an amount is the same in two relations, per key, to 0.00 yuan: nothing lost, nothing doubled. #}
{% test conserved(model, column, to, to_column, key, where='true', to_where='true') %}
with here as (
    select
        {{ key }} as conserved_key,
        sum({{ column }}) as amount_yuan,
        count(*) as rows_count
    from {{ model }}
    where {{ where }}
    group by {{ key }}
),

there as (
    select
        {{ key }} as conserved_key,
        sum({{ to_column }}) as amount_yuan,
        count(*) as rows_count
    from {{ to }}
    where {{ to_where }}
    group by {{ key }}
)

select
    coalesce(here.conserved_key, there.conserved_key) as conserved_key,
    here.amount_yuan,
    there.amount_yuan as other_amount_yuan
from here
full outer join there on here.conserved_key = there.conserved_key
where
    here.conserved_key is null
    or there.conserved_key is null
    or coalesce(here.amount_yuan, 0) <> coalesce(there.amount_yuan, 0)
    or here.rows_count <> there.rows_count
{% endtest %}
