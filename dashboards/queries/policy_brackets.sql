-- One row per bracketed parameter and value in force on a day, with the person group, hospital level, place and bracket of cost
-- that it depends on (all: it does not), and the areas that have it.
with in_force as (
    select
        area_code,
        area_name,
        area_sort_order,
        parameter_code,
        parameter_name,
        topic_code,
        sort_order,
        -- where every group, level or place has the same value, the parameter does not depend on it
        case
            when count(*) over by_group > 1 and min(parameter_value) over by_group = max(parameter_value) over by_group
                then 'all'
            else person_group_code
        end as person_group_code,
        case
            when count(*) over by_level > 1 and min(parameter_value) over by_level = max(parameter_value) over by_level
                then 'all'
            else hospital_level_code
        end as hospital_level_code,
        case
            when count(*) over by_place > 1 and min(parameter_value) over by_place = max(parameter_value) over by_place
                then 'all'
            else place_code
        end as place_code,
        lower_yuan,
        upper_yuan,
        parameter_value,
        unit_code,
        doc_no,
        doc_title,
        clause,
        basis,
    from benefits.dim_policy_bracket
    where valid_from_date <= cast($as_of as date)
        and (valid_to_date is null or valid_to_date > cast($as_of as date))
        and ($area_code = '*' or area_code = $area_code)
        and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
    window
        by_group as (partition by area_code, parameter_code, hospital_level_code, place_code, lower_yuan),
        by_level as (partition by area_code, parameter_code, person_group_code, place_code, lower_yuan),
        by_place as (partition by area_code, parameter_code, person_group_code, hospital_level_code, lower_yuan)
),

single as (
    select distinct *
    from in_force
)

select
    parameter_code,
    min(parameter_name) as parameter_name,
    min(topic_code) as topic_code,
    person_group_code,
    hospital_level_code,
    place_code,
    lower_yuan,
    upper_yuan,
    parameter_value,
    min(unit_code) as unit_code,
    doc_no,
    min(doc_title) as doc_title,
    clause,
    basis,
    case
        when count(*) < (select count(distinct area_code) from single)
            then string_agg(area_name, '、' order by area_sort_order)
    end as area_names,
from single
group by
    parameter_code, person_group_code, hospital_level_code, place_code, lower_yuan, upper_yuan, parameter_value, doc_no, clause,
    basis
order by
    min(sort_order), parameter_code, person_group_code, hospital_level_code, place_code, lower_yuan, parameter_value
