{{ config(materialized='table') }}
-- For each statement the statements that end the day before it starts, best first: 决算 before 执行, then the same type
-- of period, then the others; balances that the business feeds give come last. A budget follows the prior year's
-- 预计执行, else the prior actual.
with pair as (
    select
        statement.statement_key,
        earlier.statement_key as prior_key,
        case
            when statement.statement_code in ('budget', 'revised_budget') and earlier.statement_code = 'estimate' then 1
            when earlier.statement_code = 'final' then 2
            when earlier.statement_code = 'execution' then 3
        end as statement_rank,
        case when earlier.period_type = statement.period_type then 0 else {{ period_rank('earlier.period_type') }} end
            as period_rank,
        case when earlier.origin_code = 'statement' then 0 else 1 end as origin_rank
    from {{ ref('int_fund_balance__leaf_statement') }} as statement
    inner join {{ ref('int_fund_balance__leaf_statement') }} as earlier
        on
            statement.area_code = earlier.area_code
            and statement.fund_code = earlier.fund_code
            and statement.period_start_date - 1 = earlier.period_end_date
)

select
    statement_key,
    prior_key,
    origin_rank * 100 + statement_rank * 10 + period_rank as preference
from pair
where statement_rank is not null
