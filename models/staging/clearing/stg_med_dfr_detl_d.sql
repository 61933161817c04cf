select
    dfr_detl_id as payment_detail_id,
    dfr_id as payment_id,
    dfr_obj_code as payee_code,
    dfr_sumamt as paid_yuan,
    insu_admdvs as county_code,
    insutype as insutype_code,
    med_type as medical_type_code,
    clr_type as clearing_type_code,
    clr_type_lv2 as clearing_subtype_code,
    event_month,
    delivery_no,
    file_no,
    row_number
from {{ source('lake', 'med_dfr_detl_d') }}
