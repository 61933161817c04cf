select
    year as year_code,
    admdvs as county_code,
    level as government_level_code,
    heads as head_count,
    standard as standard_yuan,
    due_amt as due_yuan,
    arrived_amt as arrived_yuan,
    arrived_date,
    event_month,
    delivery_no,
    file_no,
    row_number
from {{ source('lake', 'fin_subsidy') }}
