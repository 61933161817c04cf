select
    psn_no as person_key,
    gend as sex_code,
    brdy as birth_date,
    surv_stas as survival_code,
    die_date as death_date,
    event_month,
    delivery_no,
    file_no,
    row_number
from {{ source('lake', 'psn_info_b') }}
