{{ config(materialized='table') }}
-- One row per rule set and layer: the parameters, documents and clauses that the layer's amount rests on. What privileged
-- persons get as outpatients also rests on the cap of the civil servants' subsidy.
with layered as (
    select rule_set_no, layer_code, parameter_code, doc_no, clause
    from {{ ref('int_benefits__rule_value') }}
    union all
    select rule_set_no, 'privileged', parameter_code, doc_no, clause
    from {{ ref('int_benefits__rule_value') }}
    where slot_code in ('civil_cap', 'privileged_inside')
)

select
    rule_set_no,
    layer_code,
    {{ string_list('parameter_code', '、') }} as parameter_codes,
    {{ string_list('doc_no', '、') }} as doc_no,
    {{ string_list('clause', '、') }} as clause
from layered
group by rule_set_no, layer_code
