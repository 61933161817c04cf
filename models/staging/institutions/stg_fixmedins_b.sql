select
    fixmedins_code as institution_code,
    fixmedins_name as institution_name,
    fixmedins_type as institution_type_code,
    hosp_lv as hospital_grade_code,
    dedc_hosp_lv as hospital_level_code,
    fix_blng_admdvs as county_code,
    begntime as begin_at,
    endtime as end_at,
    aprv_bed_cnt as bed_count,
    event_month,
    delivery_no,
    file_no,
    row_number
from {{ source('lake', 'fixmedins_b') }}
