select
    area.area_code,
    area.area_name,
    cast(area.sort_order as integer) as area_sort_order,
    rule.parameter_code,
    rule.name_zh as parameter_name,
    rule.scheme_code,
    rule.fund_code,
    rule.topic_code,
    cast(rule.sort_order as integer) as sort_order,
    policy.population_code,
    policy.valid_from_date,
    policy.valid_to_date,
    cast(policy.parameter_value as decimal(18, 6)) as parameter_value,
    rule.unit as unit_code,
    policy.scope_area_code,
    case policy.level_no when 3 then 'area' when 2 then 'region' else 'nation' end as scope_level_code,
    policy.doc_no,
    document.title as doc_title,
    policy.clause,
    policy.quote,
    policy.basis,
    policy.approval_no,
    policy.note
from {{ ref('int_benefits__policy_in_force') }} as policy
inner join {{ ref('policy_rule') }} as rule on policy.parameter_code = rule.parameter_code
inner join {{ ref('map_pack_area') }} as area on policy.area_code = area.area_code
left join {{ ref('document') }} as document on policy.doc_no = document.doc_no
