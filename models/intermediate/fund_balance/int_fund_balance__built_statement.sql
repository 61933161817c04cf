{{ config(materialized='table') }}
-- Coarser statements as they are built from finer ones: flows, first opening, last closing, precision and terms.
with built_flow as (
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
        max(case when part.part_place <> 'before' then balance.precision_yuan end) as precision_yuan,
        sum(case when part.part_place <> 'before' then balance.income_terms end) as income_terms,
        sum(case when part.part_place <> 'before' then balance.expenditure_terms end) as expenditure_terms,
        min(case when part.part_place <> 'before' then part.part_origin_code end) as first_origin_code,
        max(case when part.part_place <> 'before' then part.part_origin_code end) as last_origin_code
    from {{ ref('int_fund_balance__built_part') }} as part
    inner join {{ ref('int_fund_balance__given_balance') }} as balance on part.part_key = balance.statement_key
    group by
        part.statement_key, part.area_code, part.fund_code, part.period_type, part.period_code,
        part.statement_code, part.part_type
)

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
    built_balance.expenditure_terms,
    {{ one_origin('built_balance.first_origin_code', 'built_balance.last_origin_code') }} as origin_code
from built_flow
inner join built_balance
    on built_flow.statement_key = built_balance.statement_key and built_flow.part_type = built_balance.part_type
