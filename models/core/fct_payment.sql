{{ config(materialized='view') }}

-- The fund parts of payments with what their detail and their payment say. A part without a detail number belongs to
-- the payment as a whole: it has no insurance type.
select
    part.payment_fund_id,
    part.payment_id,
    part.payment_detail_id,
    coalesce(county.area_code, detail.county_code, payment.agency_county_code, 'unknown') as area_code,
    coalesce(detail.county_code, payment.agency_county_code, 'unknown') as county_code,
    part.fund_pay_type_code,
    coalesce(fund.fund_code, group_fund.fund_code, '999997') as fund_code,
    coalesce(detail.insutype_code, 'unknown') as insutype_code,
    coalesce(detail.clearing_type_code, 'unknown') as clearing_type_code,
    coalesce(payment.source_code, 'unknown') as source_code,
    payment.source_id,
    payment.payee_type_code,
    payment.payee_code,
    payment.charge_month,
    payment.posted_at,
    coalesce(payment.event_month, 'unknown') as payment_month,
    part.paid_yuan,
    part.delivery_no,
    part.file_no,
    part.row_number
from {{ ref('stg_med_dfr_fund_sbit_d') }} as part
left join {{ ref('stg_med_dfr_d') }} as payment on part.payment_id = payment.payment_id
left join {{ ref('stg_med_dfr_detl_d') }} as detail on part.payment_detail_id = detail.payment_detail_id
left join {{ ref('dim_county') }} as county
    on coalesce(detail.county_code, payment.agency_county_code) = county.county_code
left join {{ ref('fund') }} as fund on part.fund_pay_type_code = fund.fund_code
left join {{ ref('fund') }} as group_fund on concat(substr(part.fund_pay_type_code, 1, 4), '00') = group_fund.fund_code
