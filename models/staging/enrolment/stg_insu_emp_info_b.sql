select
    emp_no as employer_key,
    emp_type as employer_type_code,
    emp_mgt_type as employer_management_code,
    insu_admdvs as county_code,
    event_month,
    delivery_no,
    file_no,
    row_number
from {{ source('lake', 'insu_emp_info_b') }}
