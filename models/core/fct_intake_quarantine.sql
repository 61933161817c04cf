select
    {{ quarantine_columns() }},
    cast(row_number() over (
        partition by delivery_no, content_hash, file_name
        order by sheet_name, row_number, cell_ref, column_name, reason_code, raw_text
    ) as integer) as quarantine_no
from {{ ref('stg_intake__quarantine') }}
