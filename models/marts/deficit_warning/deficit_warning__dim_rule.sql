select
    rule_code,
    rule_name,
    reference_code,
    axis,
    is_required,
    is_enabled,
    doc_no,
    clause,
    quote,
    basis,
    note
from {{ ref('warning_rule') }}
