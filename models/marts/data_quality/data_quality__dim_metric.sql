-- How a reserve month is counted stands in two seeds; the catalogue repeats them in words.
with reserve_window as (
    select {{ string_list("basis_zh", "；") }} as window_zh
    from {{ ref('reserve_definition') }}
),

reserve_exclusion as (
    select {{ string_list("reason_zh", "；") }} as exclusion_zh
    from {{ ref('reserve_exclusion') }}
)

select
    metric.metric_code,
    metric.label_zh,
    metric.definition,
    metric.formula,
    metric.unit,
    metric.unit_zh,
    metric.direction,
    case
        when metric.parameters = '{reserve_definition}'
            then reserve_window.window_zh || '；' || reserve_exclusion.exclusion_zh
        else metric.parameters
    end as parameters,
    metric.doc_no,
    document.title as doc_title,
    metric.clause,
    metric.basis,
    metric.source_relations,
    metric.availability,
    metric.needed_feeds,
    metric.pages,
    cast(metric.sort_order as integer) as sort_order
from {{ ref('metric') }} as metric
cross join reserve_window
cross join reserve_exclusion
left join {{ ref('document') }} as document on metric.doc_no = document.doc_no
