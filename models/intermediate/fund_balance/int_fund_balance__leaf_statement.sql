{{ config(materialized='table') }}
-- One statement per area, fund, period and kind before any roll-up: what was given, or built from finer periods with
-- the given one kept beside it.
with given as (
    select
        side_total.statement_key,
        -- The differences are taken in the measure the statement is given in; the period's own where both are.
        row_number() over (partition by side_total.statement_key order by side_total.measure_code) as measure_no,
        side_total.*
    from {{ ref('int_fund_balance__side_total') }} as side_total
),

flow as (
    select
        statement_key,
        {% for item in ('income', 'expenditure', 'surplus') %}
        max(case when item_code = '#{{ item }}' then amount_yuan end) as {{ item }}_yuan,
        max(case when item_code = '#{{ item }}' then ytd_yuan end) as ytd_{{ item }}_yuan{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_fund_balance__item_flow') }}
    where item_code like '#%'
    group by statement_key
),

statement as (
    select statement_key, area_code, fund_code, period_type, period_code, statement_code
    from {{ ref('int_fund_balance__statement') }}
    union
    select statement_key, area_code, fund_code, period_type, period_code, statement_code
    from {{ ref('int_fund_balance__built_statement') }}
)

select
    statement.statement_key,
    statement.area_code,
    statement.fund_code,
    statement.period_type,
    statement.period_code,
    statement.statement_code,
    {{ series_key('statement.area_code', 'statement.fund_code', 'statement.period_type', 'statement.statement_code') }}
        as series_key,
    period.period_index,
    period.period_no,
    period.year_number,
    period.period_start_date,
    period.period_end_date,
    built.statement_key is not null as is_built,
    coalesce(own.origin_code = 'statement', false) as is_given,
    coalesce(built.origin_code, own.origin_code) as origin_code,
    {% for item in ('income', 'expenditure', 'surplus') %}
    case when built.statement_key is not null then built.{{ item }}_yuan else flow.{{ item }}_yuan end
        as {{ item }}_yuan,
    case when built.statement_key is not null then built.ytd_{{ item }}_yuan else flow.ytd_{{ item }}_yuan end
        as ytd_{{ item }}_yuan,
    {% endfor %}
    {% for side in ('income', 'expenditure') %}
    case
        when built.statement_key is null then given.stated_{{ side }}_difference_yuan
        when flow.{{ side }}_yuan <> built.{{ side }}_yuan then {{ yuan('flow.' ~ side ~ '_yuan - built.' ~ side ~ '_yuan') }}
        else given.stated_{{ side }}_difference_yuan
    end as stated_{{ side }}_difference_yuan,
    cast(coalesce(built.{{ side }}_terms, given.{{ side }}_terms, 0) as integer) as {{ side }}_terms,
    given.grand_total_{{ side }}_yuan,
    {% endfor %}
    given.stated_surplus_yuan,
    case
        when built.statement_key is null then given.stated_surplus_difference_yuan
        else {{ yuan('given.stated_surplus_yuan - (built.income_yuan - built.expenditure_yuan)') }}
    end as stated_surplus_difference_yuan,
    coalesce(
        balance.opening_yuan,
        built.first_opening_yuan,
        case when built.statement_key is not null and period.period_no = 1 then built.january_opening_yuan end
    ) as stated_opening_yuan,
    case when built.statement_key is null then balance.january_opening_yuan end as january_opening_yuan,
    coalesce(balance.january_opening_yuan, built.january_opening_yuan) is not null as has_january_opening,
    coalesce(balance.closing_yuan, built.closing_yuan) as stated_closing_yuan,
    greatest(coalesce(given.precision_yuan, 0), coalesce(built.precision_yuan, 0)) as precision_yuan
from statement
inner join {{ ref('dim_period') }} as period
    on statement.period_type = period.period_type and statement.period_code = period.period_code
left join {{ ref('int_fund_balance__built_statement') }} as built on statement.statement_key = built.statement_key
left join {{ ref('int_fund_balance__statement') }} as own on statement.statement_key = own.statement_key
left join flow on statement.statement_key = flow.statement_key
left join given on statement.statement_key = given.statement_key and given.measure_no = 1
left join {{ ref('int_fund_balance__given_balance') }} as balance on statement.statement_key = balance.statement_key
