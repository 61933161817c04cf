{{ config(materialized='view') }}

select
    clearing.clearing_id,
    clearing.clearing_application_id,
    coalesce(county.area_code, clearing.agency_county_code, 'unknown') as area_code,
    coalesce(clearing.agency_county_code, 'unknown') as county_code,
    clearing.institution_code,
    coalesce(clearing.insutype_code, 'unknown') as insutype_code,
    coalesce(clearing.clearing_type_code, 'unknown') as clearing_type_code,
    clearing.clearing_month,
    clearing.clearing_status_code,
    clearing.medical_fee_yuan,
    clearing.applied_yuan,
    clearing.payable_yuan,
    clearing.deduction_yuan,
    clearing.deposit_yuan,
    clearing.account_yuan,
    clearing.paid_yuan,
    clearing.event_month,
    clearing.delivery_no,
    clearing.file_no,
    clearing.row_number
from {{ ref('stg_medins_clr_sum_d') }} as clearing
left join {{ ref('dim_county') }} as county on clearing.agency_county_code = county.county_code
