select
    delivery_no,
    content_hash,
    file_name,
    feed_code,
    period_label,
    status_code,
    encoding_code,
    received_count,
    quarantined_count,
    non_data_count,
    received_yuan,
    quarantined_yuan,
    unreadable_amount_count,
    warning_count,
    first_reason,
    sub_cent_residual_yuan
from {{ source('lake', 'intake_file') }}
