select
    fund_sbit_seq as payment_fund_id,
    dfr_detl_id as payment_detail_id,
    dfr_id as payment_id,
    fund_pay_type as fund_pay_type_code,
    fund_payamt as paid_yuan,
    event_month,
    delivery_no,
    file_no,
    row_number
from {{ source('lake', 'med_dfr_fund_sbit_d') }}
