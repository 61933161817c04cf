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

balance as (
    select
        side_total.statement_key,
        max(
            case when side_total.measure_code = 'period' or statement.period_no = 1 then side_total.opening_yuan end
        ) as opening_yuan,
        max(case when side_total.measure_code = 'ytd' then side_total.opening_yuan end) as january_opening_yuan,
        max(side_total.closing_yuan) as closing_yuan,
        max(case when side_total.measure_code = 'period' then 1 else 0 end) as has_period_measure
    from {{ ref('int_fund_balance__side_total') }} as side_total
    inner join {{ ref('int_fund_balance__statement') }} as statement
        on side_total.statement_key = statement.statement_key
    group by side_total.statement_key
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

built_flow as (
    select
        statement_key,
        max(part_type) as part_type,
        {% for item in ('income', 'expenditure', 'surplus') %}
        max(case when item_code = '#{{ item }}' then amount_yuan end) as {{ item }}_yuan,
        max(case when item_code = '#{{ item }}' then ytd_yuan end) as ytd_{{ item }}_yuan{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_fund_balance__built_item') }}
    where item_code like '#%'
    group by statement_key
),

built_balance as (
    select
        part.statement_key,
        part.area_code,
        part.fund_code,
        part.period_type,
        part.period_code,
        part.statement_code,
        part.part_type,
        max(case when part.part_place = 'first' then balance.opening_yuan end) as first_opening_yuan,
        max(case when part.part_place <> 'before' then balance.january_opening_yuan end) as january_opening_yuan,
        max(case when part.part_place = 'last' then balance.closing_yuan end) as closing_yuan,
        max(case when part.part_place <> 'before' then given.precision_yuan end) as precision_yuan,
        sum(case when part.part_place <> 'before' then given.income_terms end) as income_terms,
        sum(case when part.part_place <> 'before' then given.expenditure_terms end) as expenditure_terms
    from {{ ref('int_fund_balance__built_part') }} as part
    inner join balance on part.part_key = balance.statement_key
    inner join given on part.part_key = given.statement_key and given.measure_no = 1
    group by
        part.statement_key, part.area_code, part.fund_code, part.period_type, part.period_code,
        part.statement_code, part.part_type
),

built as (
    select
        built_flow.*,
        built_balance.area_code,
        built_balance.fund_code,
        built_balance.period_type,
        built_balance.period_code,
        built_balance.statement_code,
        built_balance.first_opening_yuan,
        built_balance.january_opening_yuan,
        built_balance.closing_yuan,
        built_balance.precision_yuan,
        built_balance.income_terms,
        built_balance.expenditure_terms
    from built_flow
    inner join built_balance
        on built_flow.statement_key = built_balance.statement_key and built_flow.part_type = built_balance.part_type
),

statement as (
    select statement_key, area_code, fund_code, period_type, period_code, statement_code
    from {{ ref('int_fund_balance__statement') }}
    union
    select statement_key, area_code, fund_code, period_type, period_code, statement_code
    from built
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
    given.statement_key is not null as is_given,
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
    coalesce(balance.closing_yuan, built.closing_yuan) as stated_closing_yuan,
    greatest(coalesce(given.precision_yuan, 0), coalesce(built.precision_yuan, 0)) as precision_yuan
from statement
inner join {{ ref('dim_period') }} as period
    on statement.period_type = period.period_type and statement.period_code = period.period_code
left join built on statement.statement_key = built.statement_key
left join flow on statement.statement_key = flow.statement_key
left join given on statement.statement_key = given.statement_key and given.measure_no = 1
left join balance on statement.statement_key = balance.statement_key
