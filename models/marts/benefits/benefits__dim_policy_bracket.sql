select
    bracket.area_code,
    area.area_name,
    cast(area.sort_order as integer) as area_sort_order,
    bracket.parameter_code,
    rule.name_zh as parameter_name,
    rule.topic_code,
    cast(rule.sort_order as integer) as sort_order,
    bracket.person_group_code,
    bracket.hospital_level_code,
    bracket.place_code,
    bracket.valid_from_date,
    bracket.valid_to_date,
    cast(bracket.bracket_no as integer) as bracket_no,
    {{ yuan('bracket.lower_yuan') }} as lower_yuan,
    {{ yuan('bracket.upper_yuan') }} as upper_yuan,
    cast(bracket.parameter_value as decimal(18, 6)) as parameter_value,
    rule.unit as unit_code,
    bracket.doc_no,
    document.title as doc_title,
    bracket.clause,
    bracket.quote,
    bracket.basis
from {{ ref('int_benefits__bracket_in_force') }} as bracket
inner join {{ ref('policy_rule') }} as rule on bracket.parameter_code = rule.parameter_code
inner join {{ ref('map_pack_area') }} as area on bracket.area_code = area.area_code
left join {{ ref('document') }} as document on bracket.doc_no = document.doc_no
