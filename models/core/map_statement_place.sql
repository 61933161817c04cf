{{ config(materialized='view') }}
{% set is_regional_pool = "line.fund_code in ('ADJ310', 'ADJ390') and coalesce(area.area_kind, '') in ('region', 'prov_level')" %}
-- Every received amount with its area, its account and the account of the row that it is printed under.
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
)

select
    delivery_no,
    content_hash,
    file_name,
    record_no,
    sheet_name,
    row_number,
    cell_ref,
    period_type,
    period_code,
    measure_code,
    fund_code,
    statement_code,
    given_account_code,
    account_name,
    is_of_which,
    amount_yuan,
    precision_yuan,
    unit_code,
    doc_no,
    is_part,
    area_code,
    reporter_code,
    base_account_code,
    is_own_row,
    is_unknown_account,
    clean_name,
    account_side_code,
    seed_parent_code,
    account_kind,
    nesting_code,
    printed_parent_code
from coded
