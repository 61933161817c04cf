select
    dfr_id as payment_id,
    cashym as charge_month,
    dfr_notc_type as notice_type_code,
    dfr_souc as source_code,
    souc_sn as source_id,
    dfr_obj as payee_type_code,
    dfr_obj_code as payee_code,
    dfr_sumamt as paid_yuan,
    fin_optins as agency_county_code,
    fin_acen_time as posted_at,
    event_month,
    delivery_no,
    file_no,
    row_number
from {{ source('lake', 'med_dfr_d') }}
