select
    check_id,
    name_zh,
    kind,
    tool,
    owner_role,
    doc_no,
    clause,
    endangered_marts,
    description
from {{ ref('check_registry') }}
