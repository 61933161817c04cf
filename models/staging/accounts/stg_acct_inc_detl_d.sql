select
    acct_inc_detl_id as account_entry_id,
    psn_no as person_key,
    year as year_code,
    insu_admdvs as county_code,
    acct_incexpd_type as entry_type_code,
    inc_sumamt as amount_yuan,
    acct_psn_clct_crtyear_inc as person_part_yuan,
    emp_clct_into_acct_amt as employer_part_yuan,
    acct_modi_date as posted_date,
    updt_time as updated_at,
    event_month,
    delivery_no,
    file_no,
    row_number
from {{ source('lake', 'acct_inc_detl_d') }}
