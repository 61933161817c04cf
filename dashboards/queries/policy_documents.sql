-- One row per document that a parameter in force rests on: its number and title.
select distinct
    doc_no,
    doc_title,
from benefits.dim_policy_parameter
where doc_title is not null
union
select distinct
    doc_no,
    doc_title,
from benefits.dim_policy_bracket
where doc_title is not null
