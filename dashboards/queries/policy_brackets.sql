-- One row per bracketed parameter, person group, hospital level, place, bracket of cost and value in force on a day, with the
-- areas that have it.
with in_force as (
    select
        bracket.*,
        count(*) over (
            partition by
                bracket.parameter_code, bracket.person_group_code, bracket.hospital_level_code, bracket.place_code,
                bracket.bracket_no
        ) as areas_count,
    from benefits.dim_policy_bracket as bracket
    where bracket.valid_from_date <= cast($as_of as date)
        and (bracket.valid_to_date is null or bracket.valid_to_date > cast($as_of as date))
        and ($area_code = '*' or bracket.area_code = $area_code)
        and ($scope = '*' or list_contains(string_split($scope, ','), bracket.area_code))
)

select
    parameter_code,
    min(parameter_name) as parameter_name,
    min(topic_code) as topic_code,
    person_group_code,
    hospital_level_code,
    place_code,
    bracket_no,
    lower_yuan,
    upper_yuan,
    parameter_value,
    min(unit_code) as unit_code,
    doc_no,
    min(doc_title) as doc_title,
    clause,
    basis,
    case when count(*) < max(areas_count) then string_agg(area_name, '、' order by area_sort_order) end as area_names,
from in_force
group by
    parameter_code, person_group_code, hospital_level_code, place_code, bracket_no, lower_yuan, upper_yuan, parameter_value,
    doc_no, clause, basis
order by
    min(sort_order), parameter_code, person_group_code, hospital_level_code, place_code, bracket_no, parameter_value
