-- Printed account name and side -> account code. Three tries: the name, the name without brackets, the name without
-- the fund's prefix. An unknown name is kept under other income or other expenditure, by its side or its ending.
with delivered as (
    select
        given_account_code,
        account_name,
        side_code
    from {{ ref('stg_fund_statement') }}
    union
    select
        null as given_account_code,
        parent_account_name as account_name,
        side_code
    from {{ ref('stg_fund_statement') }}
    where parent_account_name is not null
),

half_width as (
    select
        given_account_code,
        account_name,
        side_code,
        translate(account_name, '（）：，、－—　 ', '():,、--') as bare_name
    from delivered
),

cleaned as (
    select
        given_account_code,
        account_name,
        side_code,
        {{ replace_pattern(
            replace_pattern('bare_name', '^([(]?[一二三四五六七八九十]+[)]?[、.．]|[(][一二三四五六七八九十0-9]+[)]|[0-9]+[、.．)])'),
            '^(其中|减|加|其中项)[:]?'
        ) }} as clean_name
    from half_width
),

tries as (
    select
        given_account_code,
        account_name,
        side_code,
        clean_name,
        {{ replace_pattern('clean_name', '[(][^)]*[)]') }} as name_without_brackets,
        {{ replace_pattern(
            replace_pattern('clean_name', '[(][^)]*[)]'),
            '^(本年|当年|本期|当期)?(城乡居民|城镇居民|城镇职工|职工|居民)?(基本医疗保险|基本医保|医疗保险|医保)(基金)?'
        ) }} as name_without_prefix
    from cleaned
),

-- A side's own alias prevails over one that holds on both sides; one row per (name, side) asked for.
alias as (
    select
        alias_name,
        side_code,
        account_code,
        nesting_code
    from {{ ref('account_alias') }}
),

candidates as (
    select
        tries.given_account_code,
        tries.account_name,
        tries.side_code,
        alias.account_code,
        alias.nesting_code,
        case
            when alias.alias_name = tries.clean_name then 1
            when alias.alias_name = tries.name_without_brackets then 3
            else 5
        end + case when alias.side_code is null then 1 else 0 end as try_no
    from tries
    inner join alias
        on
            alias.alias_name in (tries.clean_name, tries.name_without_brackets, tries.name_without_prefix)
            and (alias.side_code is null or alias.side_code = tries.side_code)
),

ranked as (
    select
        given_account_code,
        account_name,
        side_code,
        account_code,
        nesting_code,
        row_number() over (
            partition by given_account_code, account_name, side_code
            order by try_no, account_code
        ) as rank_no
    from candidates
),

resolved as (
    select
        tries.given_account_code,
        tries.account_name,
        tries.side_code,
        tries.clean_name,
        coalesce(by_code.account_code, ranked.account_code) as known_account_code,
        case
            when by_code.account_code is not null then 'same'
            else coalesce(ranked.nesting_code, 'extra')
        end as nesting_code,
        -- Loans and suspense items are liabilities and assets, whatever side they are printed on (财会〔2017〕28号).
        case
            when
                tries.clean_name like '%借入%' or tries.clean_name like '%借出%' or tries.clean_name like '%借款%'
                or tries.clean_name like '%暂收款%' or tries.clean_name like '%暂付款%'
                then null
            when tries.side_code is not null then tries.side_code
            when tries.clean_name like '%收入' then 'income'
            when tries.clean_name like '%支出' then 'expenditure'
        end as guessed_side_code
    from tries
    left join {{ ref('account') }} as by_code on tries.given_account_code = by_code.account_code
    left join ranked
        on
            tries.account_name = ranked.account_name
            and coalesce(tries.given_account_code, '') = coalesce(ranked.given_account_code, '')
            and coalesce(tries.side_code, '') = coalesce(ranked.side_code, '')
            and ranked.rank_no = 1
)

select
    resolved.given_account_code,
    resolved.account_name,
    resolved.side_code as given_side_code,
    coalesce(account.side_code, resolved.guessed_side_code) as side_code,
    resolved.known_account_code is null as is_unknown_account,
    coalesce(resolved.known_account_code, 'other_' || resolved.guessed_side_code, 'memo') as base_account_code,
    resolved.nesting_code <> 'same' as is_own_row,
    resolved.nesting_code,
    account.parent_account_code,
    account.level_no,
    account.account_kind,
    coalesce(resolved.clean_name, resolved.given_account_code) as clean_name
from resolved
left join {{ ref('account') }} as account on resolved.known_account_code = account.account_code
