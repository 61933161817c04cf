select
    registry.check_id,
    registry.name_zh,
    registry.kind,
    registry.tool,
    registry.owner_role,
    registry.doc_no,
    document.title as doc_title,
    registry.clause,
    registry.endangered_marts,
    registry.description
from {{ ref('check_registry') }} as registry
left join {{ ref('document') }} as document on registry.doc_no = document.doc_no
