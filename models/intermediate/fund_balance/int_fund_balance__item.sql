-- Amounts per statement and account: of the derived statement where there is one, else of the given.
with derived_key as (
    select statement_key
    from {{ ref('int_fund_balance__rollup_balance') }}
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
from {{ ref('int_fund_balance__rollup_item') }}
union all
select
    leaf.statement_key,
    leaf.account_code,
    leaf.account_name,
    leaf.parent_account_code,
    leaf.side_code,
    leaf.account_role,
    leaf.amount_yuan,
    leaf.ytd_yuan
from {{ ref('int_fund_balance__leaf_item') }} as leaf
left join derived_key on leaf.statement_key = derived_key.statement_key
where derived_key.statement_key is null
