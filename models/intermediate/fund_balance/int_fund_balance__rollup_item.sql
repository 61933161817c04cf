{{ config(materialized='table') }}
-- Amounts per account of derived statements: the sum over the parts, less what is eliminated within a region.
with eliminated as (
    select
        rollup_key,
        account_code,
        sum(eliminated_yuan) as eliminated_yuan,
        sum(eliminated_ytd_yuan) as eliminated_ytd_yuan
    from (
        select rollup_key, received_account_code as account_code, eliminated_yuan, eliminated_ytd_yuan
        from {{ ref('int_fund_balance__rollup_elimination') }}
        union all
        select rollup_key, handed_account_code as account_code, eliminated_yuan, eliminated_ytd_yuan
        from {{ ref('int_fund_balance__rollup_elimination') }}
    ) as both_sides
    group by rollup_key, account_code
),

summed as (
    select
        part.rollup_key as statement_key,
        item.account_code,
        min(item.account_name) as account_name,
        min(item.parent_account_code) as parent_account_code,
        min(item.side_code) as side_code,
        min(item.account_role) as account_role,
        -- An unknown part of a known side stands in the 未分项 row of its own statement.
        sum(item.amount_yuan) as amount_yuan,
        sum(item.ytd_yuan) as ytd_yuan
    from {{ ref('int_fund_balance__rollup_part') }} as part
    inner join {{ ref('int_fund_balance__leaf_item') }} as item on part.part_key = item.statement_key
    group by part.rollup_key, item.account_code
)

select
    summed.statement_key,
    summed.account_code,
    summed.account_name,
    summed.parent_account_code,
    summed.side_code,
    summed.account_role,
    {{ yuan('summed.amount_yuan - coalesce(eliminated.eliminated_yuan, 0)') }} as amount_yuan,
    {{ yuan('summed.ytd_yuan - coalesce(eliminated.eliminated_ytd_yuan, 0)') }} as ytd_yuan
from summed
left join eliminated
    on summed.statement_key = eliminated.rollup_key and summed.account_code = eliminated.account_code
