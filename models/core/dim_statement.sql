select
    statement_code,
    statement_name,
    is_actual_kind,
    sort_order
from {{ ref('statement') }}
