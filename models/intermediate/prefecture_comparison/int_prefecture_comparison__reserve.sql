{{ config(materialized='table') }}
-- The two parts of the reserve months, so that areas can be added up: closing, and the window's mean monthly
-- expenditure without the accounts that the seed excludes. Whether a window is whole is told by fund_balance.
with excluded as (
    select
        account.area_code,
        account.fund_code,
        account.period_type,
        account.period_code,
        sum(account.amount_yuan) as excluded_yuan
    from {{ ref('fund_balance__fct_fund_account') }} as account
    inner join {{ ref('reserve_exclusion') }} as exclusion
        on
            account.account_code = exclusion.account_code
            and exclusion.is_excluded
    where
        account.is_actual
        and account.account_role = 'addend'
    group by account.area_code, account.fund_code, account.period_type, account.period_code
),

spending as (
    select
        balance.area_code,
        balance.fund_code,
        balance.period_type,
        balance.period_code,
        balance.period_end_date,
        period.period_index,
        balance.actual_closing_yuan,
        balance.reserve_months,
        balance.expenditure_yuan - coalesce(excluded.excluded_yuan, 0) as own_expenditure_yuan
    from {{ ref('fund_balance__fct_fund_balance') }} as balance
    inner join {{ ref('dim_period') }} as period
        on
            balance.period_type = period.period_type
            and balance.period_code = period.period_code
    left join excluded
        on
            balance.area_code = excluded.area_code
            and balance.fund_code = excluded.fund_code
            and balance.period_type = excluded.period_type
            and balance.period_code = excluded.period_code
    where balance.is_actual
)

select
    spending.area_code,
    spending.fund_code,
    spending.period_type,
    spending.period_code,
    spending.period_end_date,
    spending.actual_closing_yuan as closing_yuan,
    sum(windowed.own_expenditure_yuan) / definition.window_months as monthly_expenditure_yuan
from spending
inner join {{ ref('reserve_definition') }} as definition on spending.period_type = definition.period_type
-- one to many: each period with the periods of its window
inner join spending as windowed
    on
        spending.area_code = windowed.area_code
        and spending.fund_code = windowed.fund_code
        and spending.period_type = windowed.period_type
        and windowed.period_index > spending.period_index - definition.window_periods
        and windowed.period_index <= spending.period_index
where spending.reserve_months is not null
group by
    spending.area_code,
    spending.fund_code,
    spending.period_type,
    spending.period_code,
    spending.period_end_date,
    spending.actual_closing_yuan,
    definition.window_months
