{{ config(materialized='table') }}
-- Rolling sums over the reserve window and reserve months = actual closing / (window's expenditure / its months).
-- Fewer consecutive periods than the window, or an unknown amount in it: not available.
with series as (
    select
        statement_key,
        concat_ws('|', area_code, fund_code, period_type, case when is_actual then 'actual' else statement_code end)
            as window_key,
        period_type,
        period_index,
        income_yuan,
        expenditure_yuan,
        surplus_yuan,
        reserve_expenditure_yuan,
        actual_closing_yuan
    from {{ ref('int_fund_balance__balance') }}
    where is_actual or period_type = 'year'
),

summed as (
    select
        series.statement_key,
        series.actual_closing_yuan,
        definition.window_periods,
        definition.window_months,
        definition.reserve_months_basis,
        {% for column in ('income', 'expenditure', 'surplus', 'reserve_expenditure') %}
        count(other.{{ column }}_yuan) as {{ column }}_count,
        {{ sum_money('other.' ~ column ~ '_yuan') }} as {{ column }}_yuan{{ ',' if not loop.last }}
        {% endfor %}
    from series
    inner join {{ ref('reserve_definition') }} as definition on series.period_type = definition.period_type
    inner join series as other
        on
            series.window_key = other.window_key
            and other.period_index > series.period_index - definition.window_periods
            and other.period_index <= series.period_index
    group by
        series.statement_key, series.actual_closing_yuan, definition.window_periods, definition.window_months,
        definition.reserve_months_basis
)

select
    statement_key,
    {% for column in ('income', 'expenditure', 'surplus') %}
    case when {{ column }}_count = window_periods then {{ column }}_yuan end as rolling_{{ column }}_yuan,
    {% endfor %}
    case
        when reserve_expenditure_count = window_periods and reserve_expenditure_yuan > 0
            then {{ safe_ratio('actual_closing_yuan * window_months', 'reserve_expenditure_yuan') }}
    end as reserve_months,
    case
        when
            reserve_expenditure_count = window_periods and reserve_expenditure_yuan > 0
            and actual_closing_yuan is not null
            then reserve_months_basis
        else 'not_available'
    end as reserve_months_basis
from summed
