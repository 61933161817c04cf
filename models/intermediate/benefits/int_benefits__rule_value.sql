{{ config(materialized='table') }}
-- Every parameter row that the replay uses, by area, scheme, kind of care, person group, hospital level, place and range
-- of days in which nothing changes: one row a value (brackets by number).
with slot as (
    select * from {{ ref('int_benefits__slot') }}
),

edge as (
    select policy.area_code, policy.valid_from_date as edge_date
    from {{ ref('int_benefits__policy_in_force') }} as policy
    inner join (select distinct parameter_code from slot) as used on policy.parameter_code = used.parameter_code
    union
    select policy.area_code, policy.valid_to_date
    from {{ ref('int_benefits__policy_in_force') }} as policy
    inner join (select distinct parameter_code from slot) as used on policy.parameter_code = used.parameter_code
    where policy.valid_to_date is not null
    union
    select area_code, valid_from_date from {{ ref('int_benefits__bracket_in_force') }}
    union
    select area_code, valid_to_date from {{ ref('int_benefits__bracket_in_force') }} where valid_to_date is not null
),

segment as (
    select
        area_code,
        edge_date as valid_from_date,
        lead(edge_date) over (partition by area_code order by edge_date) as valid_to_date
    from edge
),

-- What the replay asks for: residents have no person groups.
asked as (
    select
        segment.area_code,
        segment.valid_from_date,
        segment.valid_to_date,
        grouped.scheme_code,
        grouped.person_group_code,
        kind.medical_kind_code,
        level.hospital_level_code,
        place.place_code,
        row_number() over (
            order by
                segment.area_code, segment.valid_from_date, grouped.scheme_code, grouped.person_group_code,
                kind.medical_kind_code, level.hospital_level_code, place.place_code
        ) as rule_set_no
    from segment
    cross join (
        values ('employee', 'in_service'), ('employee', 'retired'), ('resident', 'all')
    ) as grouped (scheme_code, person_group_code)
    cross join (values ('inpatient'), ('chronic'), ('outpatient')) as kind (medical_kind_code)
    cross join (values ('1'), ('2'), ('3'), ('9')) as level (hospital_level_code)
    cross join (values ('local'), ('referred'), ('unreferred'), ('unknown')) as place (place_code)
),

-- Not one-to-one: one row a slot that this scheme, kind and place have.
asked_slot as (
    select
        asked.*,
        slot.slot_code,
        slot.layer_code,
        slot.unit_code,
        slot.is_bracketed,
        slot.population_code,
        slot.parameter_code
    from asked
    inner join slot
        on
            asked.scheme_code = slot.scheme_code
            and asked.medical_kind_code = slot.medical_kind_code
            and asked.place_code = slot.place_code
)

select
    asked_slot.rule_set_no,
    asked_slot.area_code,
    asked_slot.valid_from_date,
    asked_slot.valid_to_date,
    asked_slot.scheme_code,
    asked_slot.person_group_code,
    asked_slot.medical_kind_code,
    asked_slot.hospital_level_code,
    asked_slot.place_code,
    asked_slot.slot_code,
    asked_slot.layer_code,
    asked_slot.unit_code,
    asked_slot.parameter_code,
    1 as bracket_no,
    policy.parameter_value,
    cast(0 as decimal(20, 2)) as lower_yuan,
    cast(null as decimal(20, 2)) as upper_yuan,
    policy.doc_no,
    policy.clause
from asked_slot
inner join {{ ref('int_benefits__policy_in_force') }} as policy
    on
        asked_slot.area_code = policy.area_code
        and asked_slot.parameter_code = policy.parameter_code
        and asked_slot.population_code = policy.population_code
        and asked_slot.valid_from_date >= policy.valid_from_date
        and (policy.valid_to_date is null or asked_slot.valid_from_date < policy.valid_to_date)
where not asked_slot.is_bracketed
union all
-- Not one-to-one: one row a bracket.
select
    asked_slot.rule_set_no,
    asked_slot.area_code,
    asked_slot.valid_from_date,
    asked_slot.valid_to_date,
    asked_slot.scheme_code,
    asked_slot.person_group_code,
    asked_slot.medical_kind_code,
    asked_slot.hospital_level_code,
    asked_slot.place_code,
    asked_slot.slot_code,
    asked_slot.layer_code,
    asked_slot.unit_code,
    asked_slot.parameter_code,
    cast(bracket.bracket_no as integer),
    bracket.parameter_value,
    bracket.lower_yuan,
    bracket.upper_yuan,
    bracket.doc_no,
    bracket.clause
from asked_slot
inner join {{ ref('int_benefits__bracket_in_force') }} as bracket
    on
        asked_slot.area_code = bracket.area_code
        and asked_slot.parameter_code = bracket.parameter_code
        and asked_slot.person_group_code = bracket.person_group_code
        and asked_slot.hospital_level_code = bracket.hospital_level_code
        and asked_slot.place_code = bracket.place_code
        and asked_slot.valid_from_date >= bracket.valid_from_date
        and (bracket.valid_to_date is null or asked_slot.valid_from_date < bracket.valid_to_date)
where asked_slot.is_bracketed
