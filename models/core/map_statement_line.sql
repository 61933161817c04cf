{{ config(materialized='view') }}
{% set balances = "'opening_balance', 'current_surplus', 'closing_balance'" %}
{% set is_regional_pool = "line.fund_code in ('ADJ310', 'ADJ390') and coalesce(area.area_kind, '') in ('region', 'prov_level')" %}
-- Every received amount with its area and account: 其中 rows of a stated row that is not their natural parent, rows of
-- unknown name and rows narrower than an account get a code of their own below it.
with located as (
    select
        line.*,
        map_area.reporter_code as delivered_reporter_code,
        map_area.is_part,
        -- The adjustment fund is the region's, whoever at regional level hands it in.
        case
            when {{ is_regional_pool }} then area.region_code
            else map_area.area_code
        end as area_code,
        area.region_code,
        {{ is_regional_pool }} as is_regional_pool
    from {{ ref('stg_fund_statement') }} as line
    inner join {{ ref('map_statement_area') }} as map_area
        on
            coalesce(line.admdvs, '') = coalesce(map_area.admdvs, '')
            and coalesce(line.admdvs_name, '') = coalesce(map_area.admdvs_name, '')
    left join {{ ref('dim_area') }} as area on map_area.area_code = area.area_code
),

coded as (
    select
        located.*,
        account.base_account_code,
        account.is_own_row,
        account.is_unknown_account,
        account.clean_name,
        account.side_code as account_side_code,
        account.parent_account_code as seed_parent_code,
        account.account_kind,
        account.nesting_code,
        case
            when parent.is_own_row then parent.base_account_code || ':' || parent.clean_name
            else parent.base_account_code
        end as printed_parent_code,
        case
            when located.is_regional_pool then located.region_code
            else located.delivered_reporter_code
        end as reporter_code
    from located
    inner join {{ ref('map_statement_account') }} as account
        on
            coalesce(located.given_account_code, '') = coalesce(account.given_account_code, '')
            and coalesce(located.account_name, '') = coalesce(account.account_name, '')
            and coalesce(located.side_code, '') = coalesce(account.given_side_code, '')
    left join {{ ref('map_statement_account') }} as parent
        on
            located.parent_account_name = parent.account_name
            and parent.given_account_code is null
            and coalesce(located.side_code, '') = coalesce(parent.given_side_code, '')
),

-- What a row is 其中 of: the printed parent, else the seed's parent, else the total of its side.
nested as (
    select
        coded.*,
        case
            when not is_of_which then null
            -- 其中统筹基金累计结余 resolves to the balance that it is a part of.
            when account_kind = 'balance'
                then case when printed_parent_code in ({{ balances }}) then printed_parent_code end
            when account_kind <> 'flow' then null
            else coalesce(printed_parent_code, seed_parent_code, account_side_code || '_total')
        end as of_which_parent_code
    from coded
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

select named.*
from named
