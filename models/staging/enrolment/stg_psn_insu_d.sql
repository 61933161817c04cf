select
    psn_insu_rlts_id as insurance_relation_id,
    psn_no as person_key,
    insutype as insutype_code,
    crt_insu_date as begin_date,
    paus_insu_date as pause_date,
    psn_insu_stas as insurance_status_code,
    psn_type as person_type_code,
    insutype_retr_flag as retired_flag_code,
    retr_trt_begn_date as retirement_date,
    emp_no as employer_key,
    insu_admdvs as county_code,
    updt_time as updated_at,
    event_month,
    delivery_no,
    file_no,
    row_number
from {{ source('lake', 'psn_insu_d') }}
