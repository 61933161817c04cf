select
    {{ quarantine_columns() }},
    quarantine_no
from {{ ref('fct_intake_quarantine') }}
