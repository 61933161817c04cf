{{ config(materialized='table') }}
-- Rolling sums over the reserve window and reserve months = actual closing / (window's expenditure / its months).
-- Fewer consecutive periods than the window, or an unknown amount in it: not available. Where the areas that report
-- change within a region's window, its own series mixes them: the sums of those that report now are taken instead.
-- Residents are seasonal: beside it the reserve without the premiums that belong to the next year.
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
        actual_closing_yuan,
        areas_reported_count
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
        coalesce(min(other.areas_reported_count) = max(other.areas_reported_count), true) as is_same_reporters,
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
),

own as (
    select
        statement_key,
        actual_closing_yuan,
        window_months,
        reserve_months_basis,
        is_same_reporters,
        {% for column in ('income', 'expenditure', 'surplus', 'reserve_expenditure') %}
        case when {{ column }}_count = window_periods then {{ column }}_yuan end as {{ column }}_yuan{{ ',' if not loop.last }}
        {% endfor %}
    from summed
),

reporting_now as (
    select
        part.rollup_key as statement_key,
        {{ sum_if_all_known('own.surplus_yuan') }} as surplus_yuan,
        {{ sum_if_all_known('own.reserve_expenditure_yuan') }} as reserve_expenditure_yuan
    from {{ ref('int_fund_balance__rollup_part') }} as part
    left join own on part.part_key = own.statement_key
    where part.rollup_kind = 'region'
    group by part.rollup_key
),

chosen as (
    select
        own.statement_key,
        own.actual_closing_yuan,
        own.window_months,
        own.reserve_months_basis,
        -- Transfers are eliminated between members, so income and expenditure of some of them have no sum of their own.
        case when own.is_same_reporters then own.income_yuan end as income_yuan,
        case when own.is_same_reporters then own.expenditure_yuan end as expenditure_yuan,
        case when own.is_same_reporters then own.surplus_yuan else reporting_now.surplus_yuan end as surplus_yuan,
        case when own.is_same_reporters then own.reserve_expenditure_yuan else reporting_now.reserve_expenditure_yuan end
            as reserve_expenditure_yuan
    from own
    left join reporting_now on own.statement_key = reporting_now.statement_key
)

select
    chosen.statement_key,
    chosen.income_yuan as rolling_income_yuan,
    chosen.expenditure_yuan as rolling_expenditure_yuan,
    chosen.surplus_yuan as rolling_surplus_yuan,
    prepaid.prepaid_next_year_yuan,
    case
        when chosen.reserve_expenditure_yuan > 0
            then {{ safe_ratio('chosen.actual_closing_yuan * chosen.window_months', 'chosen.reserve_expenditure_yuan') }}
    end as reserve_months,
    case
        when chosen.reserve_expenditure_yuan > 0 and prepaid.prepaid_next_year_yuan is not null
            then {{ safe_ratio(
                '(chosen.actual_closing_yuan - prepaid.prepaid_next_year_yuan) * chosen.window_months',
                'chosen.reserve_expenditure_yuan'
            ) }}
    end as reserve_months_without_prepaid,
    case
        when chosen.reserve_expenditure_yuan > 0 and chosen.actual_closing_yuan is not null then chosen.reserve_months_basis
        else 'not_available'
    end as reserve_months_basis
from chosen
left join {{ ref('int_fund_balance__prepaid') }} as prepaid on chosen.statement_key = prepaid.statement_key
