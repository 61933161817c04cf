{{ config(materialized='table') }}
-- Stated balances of each given statement, whichever measure they stand in, with its terms and precision.
select
    side_total.statement_key,
    max(
        case when side_total.measure_code = 'period' or statement.period_no = 1 then side_total.opening_yuan end
    ) as opening_yuan,
    max(case when side_total.measure_code = 'ytd' then side_total.opening_yuan end) as january_opening_yuan,
    max(side_total.closing_yuan) as closing_yuan,
    max(side_total.income_terms) as income_terms,
    max(side_total.expenditure_terms) as expenditure_terms,
    max(side_total.precision_yuan) as precision_yuan
from {{ ref('int_fund_balance__side_total') }} as side_total
inner join {{ ref('int_fund_balance__statement') }} as statement
    on side_total.statement_key = statement.statement_key
group by side_total.statement_key
