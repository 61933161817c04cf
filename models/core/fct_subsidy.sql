{{ config(materialized='view') }}

select
    coalesce(county.area_code, subsidy.county_code) as area_code,
    subsidy.county_code,
    subsidy.year_code,
    subsidy.government_level_code,
    subsidy.head_count,
    subsidy.standard_yuan,
    subsidy.due_yuan,
    subsidy.arrived_yuan,
    subsidy.arrived_date,
    {{ month_code('subsidy.arrived_date') }} as arrived_month,
    subsidy.delivery_no,
    subsidy.file_no,
    subsidy.row_number
from {{ ref('stg_fin_subsidy') }} as subsidy
left join {{ ref('dim_county') }} as county on subsidy.county_code = county.county_code
