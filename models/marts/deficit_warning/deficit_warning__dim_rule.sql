select
    rule.rule_code,
    rule.rule_name,
    rule.reference_code,
    rule.axis,
    rule.is_required,
    rule.is_enabled,
    rule.doc_no,
    document.title as doc_title,
    rule.clause,
    rule.quote,
    rule.basis,
    rule.note
from {{ ref('warning_rule') }} as rule
left join {{ ref('document') }} as document on rule.doc_no = document.doc_no
