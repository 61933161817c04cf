{{ config(materialized='table') }}
-- Amounts per statement and account before any roll-up. Money of a side that its known parts do not explain, because
-- only a total was given or a part's amount is unknown, stands as a row of its own (未分项).
with built_key as (
    select distinct statement_key
    from {{ ref('int_fund_balance__built_item') }}
),

item as (
    select
        statement_key,
        item_code,
        amount_yuan,
        ytd_yuan
    from {{ ref('int_fund_balance__built_item') }}
    union all
    select
        flow.statement_key,
        flow.item_code,
        flow.amount_yuan,
        flow.ytd_yuan
    from {{ ref('int_fund_balance__item_flow') }} as flow
    left join built_key on flow.statement_key = built_key.statement_key
    where built_key.statement_key is null
),

meta as (
    select
        account_code,
        min(account_name) as account_name,
        min(parent_account_code) as parent_account_code,
        min(side_code) as side_code,
        min(account_role) as account_role
    from {{ ref('int_fund_balance__statement_account') }}
    where account_role in ('addend', 'of_which')
    group by account_code
),

account as (
    select
        item.statement_key,
        item.item_code as account_code,
        meta.account_name,
        meta.parent_account_code,
        meta.side_code,
        meta.account_role,
        item.amount_yuan,
        item.ytd_yuan
    from item
    inner join meta on item.item_code = meta.account_code
),

undetailed_area as (
    select distinct
        statement.area_code,
        statement.fund_code,
        statement.statement_code,
        statement.year_number,
        side_total.is_income_undetailed,
        side_total.is_expenditure_undetailed
    from {{ ref('int_fund_balance__side_total') }} as side_total
    inner join {{ ref('int_fund_balance__statement') }} as statement
        on side_total.statement_key = statement.statement_key
),

side as (
    {% for side in ('income', 'expenditure') %}
    select
        leaf.statement_key,
        '{{ side }}' as side_code,
        leaf.{{ side }}_yuan as side_yuan,
        leaf.ytd_{{ side }}_yuan as ytd_side_yuan,
        coalesce(max(case when undetailed_area.is_{{ side }}_undetailed then 1 else 0 end), 0) as has_undetailed
    from {{ ref('int_fund_balance__leaf_statement') }} as leaf
    left join undetailed_area
        on
            leaf.area_code = undetailed_area.area_code
            and leaf.fund_code = undetailed_area.fund_code
            and leaf.statement_code = undetailed_area.statement_code
            and leaf.year_number = undetailed_area.year_number
    group by leaf.statement_key, leaf.{{ side }}_yuan, leaf.ytd_{{ side }}_yuan
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

explained as (
    select
        side.statement_key,
        side.side_code,
        side.side_yuan,
        side.ytd_side_yuan,
        side.has_undetailed,
        coalesce(sum(account.amount_yuan), 0) as explained_yuan,
        sum(account.ytd_yuan) as explained_ytd_yuan,
        coalesce(max(case when account.account_code is not null and account.amount_yuan is null then 1 else 0 end), 0)
            as has_unknown
    from side
    left join account
        on
            side.statement_key = account.statement_key
            and side.side_code = account.side_code
            and account.account_role = 'addend'
    group by side.statement_key, side.side_code, side.side_yuan, side.ytd_side_yuan, side.has_undetailed
)

select
    statement_key,
    account_code,
    account_name,
    parent_account_code,
    side_code,
    account_role,
    amount_yuan,
    ytd_yuan
from account
union all
select
    explained.statement_key,
    account.account_code,
    account.account_name,
    account.parent_account_code,
    explained.side_code,
    'addend' as account_role,
    {{ yuan('explained.side_yuan - explained.explained_yuan') }} as amount_yuan,
    {{ yuan('explained.ytd_side_yuan - coalesce(explained.explained_ytd_yuan, 0)') }} as ytd_yuan
from explained
inner join {{ ref('dim_account') }} as account on account.account_code = 'undetailed_' || explained.side_code
where
    (explained.has_undetailed = 1 or explained.has_unknown = 1)
    and explained.side_yuan <> explained.explained_yuan
