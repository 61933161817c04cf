select
    {{ quarantine_columns() }},
    quarantine_no,
    settled_code
from {{ ref('fct_intake_quarantine') }}
