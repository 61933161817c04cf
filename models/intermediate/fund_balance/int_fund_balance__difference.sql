{{ config(materialized='table') }}
-- Which difference a statement has: one class and its amount, stated > restatement > final audit > rounding > none.
-- A difference up to precision x (terms + 1) / 2 is rounding.
{% set kinds = [
    ('closing', 'balance.closing_difference_yuan', 'balance.precision_yuan', '1 + balance.income_terms + balance.expenditure_terms', 1),
    ('surplus', 'balance.stated_surplus_difference_yuan', 'balance.precision_yuan', 'balance.income_terms + balance.expenditure_terms', 1),
    ('income', 'balance.stated_income_difference_yuan', 'balance.precision_yuan', 'balance.income_terms', 1),
    ('expenditure', 'balance.stated_expenditure_difference_yuan', 'balance.precision_yuan', 'balance.expenditure_terms', 1),
    ('opening', 'balance.opening_restatement_yuan', 'balance.opening_precision_yuan', 'balance.opening_terms', 2),
    ('final', 'final_audit.final_audit_yuan', 'balance.precision_yuan', '1 + balance.income_terms + balance.expenditure_terms', 3),
] %}
with final_audit as (
    select
        final.statement_key,
        {{ yuan('final.actual_closing_yuan - execution.actual_closing_yuan') }} as final_audit_yuan
    from {{ ref('int_fund_balance__balance') }} as final
    inner join {{ ref('int_fund_balance__balance') }} as execution
        on
            final.area_code = execution.area_code
            and final.fund_code = execution.fund_code
            and final.period_type = execution.period_type
            and final.period_code = execution.period_code
            and execution.statement_code = 'execution'
    where final.statement_code = 'final' and execution.origin_code = 'statement'
),

judged as (
    select
        balance.statement_key,
        final_audit.final_audit_yuan,
        {% for name, amount, precision, terms, rank in kinds %}
        coalesce({{ amount }}, 0) as {{ name }}_difference_yuan,
        abs(coalesce({{ amount }}, 0)) > {{ rounding_tolerance(precision, '(' ~ terms ~ ')') }}
            as is_{{ name }}_beyond{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_fund_balance__balance') }} as balance
    left join final_audit on balance.statement_key = final_audit.statement_key
)

select
    statement_key,
    final_audit_yuan,
    is_closing_beyond,
    is_surplus_beyond,
    is_income_beyond,
    is_expenditure_beyond,
    is_opening_beyond,
    is_final_beyond,
    case
        when is_closing_beyond or is_surplus_beyond or is_income_beyond or is_expenditure_beyond
            then 'stated_difference'
        when is_opening_beyond then 'restatement'
        when is_final_beyond then 'final_audit'
        {% for name, amount, precision, terms, rank in kinds %}
        when {{ name }}_difference_yuan <> 0 then 'rounding'
        {% endfor %}
        else 'none'
    end as difference_class,
    {{ yuan('case '
        ~ 'when is_closing_beyond then closing_difference_yuan '
        ~ 'when is_surplus_beyond then surplus_difference_yuan '
        ~ 'when is_income_beyond then income_difference_yuan '
        ~ 'when is_expenditure_beyond then expenditure_difference_yuan '
        ~ 'when is_opening_beyond then opening_difference_yuan '
        ~ 'when is_final_beyond then final_difference_yuan '
        ~ 'when closing_difference_yuan <> 0 then closing_difference_yuan '
        ~ 'when surplus_difference_yuan <> 0 then surplus_difference_yuan '
        ~ 'when income_difference_yuan <> 0 then income_difference_yuan '
        ~ 'when expenditure_difference_yuan <> 0 then expenditure_difference_yuan '
        ~ 'when opening_difference_yuan <> 0 then opening_difference_yuan '
        ~ 'else final_difference_yuan end') }} as difference_yuan
from judged
