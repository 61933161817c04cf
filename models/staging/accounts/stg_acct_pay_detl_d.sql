select
    acct_pay_detl_id as account_entry_id,
    psn_no as person_key,
    year as year_code,
    insu_admdvs as county_code,
    acct_incexpd_type as entry_type_code,
    pay_sumamt as amount_yuan,
    balc as balance_yuan,
    acct_modi_date as posted_date,
    updt_time as updated_at,
    event_month,
    delivery_no,
    file_no,
    row_number
from {{ source('lake', 'acct_pay_detl_d') }}
