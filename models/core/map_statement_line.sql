{{ config(materialized='view') }}
{% set balances = "'opening_balance', 'current_surplus', 'closing_balance'" %}
-- Every received amount with its area and account: 其中 rows of a stated row that is not their natural parent, rows of
-- unknown name and rows narrower than an account get a code of their own below it.
-- What a row is 其中 of: the printed parent, else the seed's parent, else the total of its side.
with nested as (
    select
        placed.*,
        case
            when not is_of_which then null
            -- 其中统筹基金累计结余 resolves to the balance that it is a part of.
            when account_kind = 'balance'
                then case when printed_parent_code in ({{ balances }}) then printed_parent_code end
            when account_kind <> 'flow' then null
            else coalesce(printed_parent_code, seed_parent_code, account_side_code || '_total')
        end as of_which_parent_code
    from {{ ref('map_statement_place') }} as placed
),

stated_parent as (
    select distinct
        delivery_no,
        reporter_code,
        fund_code,
        period_type,
        period_code,
        statement_code,
        measure_code,
        case when is_own_row then base_account_code || ':' || clean_name else base_account_code end as account_code
    from nested
),

named as (
    select
        nested.*,
        case
            -- 其中 of a stated row that is not its natural parent: a row of its own, never an addend.
            when
                nested.of_which_parent_code not like '%total'
                and stated_parent.account_code is not null
                and (nested.is_own_row or nested.of_which_parent_code <> coalesce(nested.seed_parent_code, ''))
                then nested.of_which_parent_code || ':' || nested.clean_name
            -- 其中 of a row that is not stated: its money is the parent's.
            when
                nested.is_own_row and nested.printed_parent_code is not null
                and nested.printed_parent_code not like '%total'
                then nested.printed_parent_code || ':' || nested.clean_name
            when nested.is_own_row then nested.base_account_code || ':' || nested.clean_name
            else nested.base_account_code
        end as account_code,
        case
            when nested.of_which_parent_code not like '%total' and stated_parent.account_code is not null
                then nested.of_which_parent_code
            when
                nested.is_own_row and nested.printed_parent_code is not null
                and nested.printed_parent_code not like '%total'
                then nested.printed_parent_code
            when nested.is_own_row and nested.base_account_code <> 'memo' then nested.base_account_code
            else nested.seed_parent_code
        end as parent_account_code,
        -- A row that its stated parent already contains; rows of unknown name stand beside, they are not contained.
        coalesce(nested.of_which_parent_code not like '%total', false) and stated_parent.account_code is not null
            as is_contained,
        -- An item of a stated total: it itemises the total, which stays the amount.
        coalesce(nested.of_which_parent_code like '%total', false) and stated_parent.account_code is not null
            as is_in_total
    from nested
    left join stated_parent
        on
            nested.delivery_no = stated_parent.delivery_no
            and nested.reporter_code = stated_parent.reporter_code
            and nested.fund_code = stated_parent.fund_code
            and nested.period_type = stated_parent.period_type
            and nested.period_code = stated_parent.period_code
            and nested.statement_code = stated_parent.statement_code
            and nested.measure_code = stated_parent.measure_code
            and nested.of_which_parent_code = stated_parent.account_code
)

select
    area_code,
    reporter_code,
    is_part,
    fund_code,
    period_type,
    period_code,
    statement_code,
    measure_code,
    account_code,
    parent_account_code,
    given_account_code,
    account_name,
    account_side_code,
    is_of_which,
    is_contained,
    is_in_total,
    nesting_code,
    is_unknown_account,
    amount_yuan,
    precision_yuan,
    unit_code,
    doc_no,
    delivery_no,
    file_name,
    content_hash,
    record_no,
    sheet_name,
    row_number,
    cell_ref
from named
