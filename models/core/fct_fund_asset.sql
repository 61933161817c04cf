{{ config(materialized='view') }}

select
    coalesce(county.area_code, asset.county_code) as area_code,
    asset.county_code,
    asset.fund_code,
    asset.given_period_code as period_code,
    asset.fiscal_account_yuan,
    asset.income_account_yuan,
    asset.expenditure_account_yuan,
    asset.advance_yuan,
    asset.payable_yuan,
    coalesce(asset.loan_yuan, {{ yuan('0') }}) as loan_yuan,
    asset.delivery_no,
    asset.file_no,
    asset.row_number
from {{ ref('stg_fund_asset') }} as asset
left join {{ ref('dim_county') }} as county on asset.county_code = county.county_code
