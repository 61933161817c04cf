-- The waterfall: opening, income by account, expenditure by account (negative), what the stated closing differs from
-- the computed one, closing.
with step as (
    select
        statement_key,
        0 as step_no,
        'opening_balance' as step_code,
        '上年结余' as step_label_zh,
        opening_yuan as step_yuan,
        true as is_total
    from {{ ref('int_fund_balance__balance') }}
    union all
    select
        item.statement_key,
        account.sort_order as step_no,
        item.account_code as step_code,
        account.account_name as step_label_zh,
        case when item.side_code = 'income' then item.amount_yuan else -item.amount_yuan end as step_yuan,
        false as is_total
    from {{ ref('int_fund_balance__item') }} as item
    inner join {{ ref('dim_account') }} as account on item.account_code = account.account_code
    where item.account_role = 'addend' and item.amount_yuan <> 0
    union all
    select
        statement_key,
        998 as step_no,
        'stated_difference' as step_code,
        '报表与计算之差' as step_label_zh,
        actual_closing_yuan - closing_yuan as step_yuan,
        false as is_total
    from {{ ref('int_fund_balance__balance') }}
    where actual_closing_yuan <> closing_yuan
    union all
    select
        statement_key,
        999 as step_no,
        'closing_balance' as step_code,
        '期末结余' as step_label_zh,
        coalesce(actual_closing_yuan, closing_yuan) as step_yuan,
        true as is_total
    from {{ ref('int_fund_balance__balance') }}
)

select
    balance.area_code,
    balance.fund_code,
    balance.period_type,
    balance.period_code,
    balance.statement_code,
    cast(step.step_no as integer) as step_no,
    step.step_code,
    case when step.step_no = 0 and balance.period_type <> 'year' then '期初结余' else step.step_label_zh end
        as step_label_zh,
    {{ yuan('step.step_yuan') }} as step_yuan,
    case
        when step.step_no = 999 then {{ yuan('step.step_yuan') }}
        else cast(
            sum(step.step_yuan) over (
                partition by step.statement_key
                order by step.step_no
                rows between unbounded preceding and current row
            ) as decimal(20, 2)
        )
    end as running_yuan,
    step.is_total
from step
inner join {{ ref('int_fund_balance__balance') }} as balance on step.statement_key = balance.statement_key
where balance.opening_yuan is not null and balance.income_yuan is not null and balance.expenditure_yuan is not null
