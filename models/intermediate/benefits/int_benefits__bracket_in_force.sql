{{ config(materialized='table') }}
-- Resolution national → region → area of the bracketed parameters: which rows bind an area, person group, hospital level
-- and place from which day on. The highest level that speaks prevails, then the row that names more of the three. A claim
-- whose place is not known has a row only where no row depends on the place.
with home as (
    select max(case when parameter_code = 'policy_sample' then parameter_value end) as policy_sample
    from {{ ref('stg_home__parameter') }}
),

bracket_row as (
    select bracket.*
    from {{ ref('policy_bracket') }} as bracket
    cross join home
    inner join {{ ref('document') }} as document on bracket.doc_no = document.doc_no
    where (bracket.basis <> 'sample' or home.policy_sample = 'true') and document.doc_status = 'in_force'
),

by_place as (
    select distinct parameter_code from bracket_row where place_code <> 'all'
),

wanted as (
    select
        grouped.group_code,
        grouped.scheme_code,
        levelled.level_code,
        placed.place_code
    from (values ('in_service', 'employee'), ('retired', 'employee'), ('all', 'resident')) as grouped (group_code, scheme_code)
    cross join (values ('1'), ('2'), ('3'), ('9')) as levelled (level_code)
    cross join (values ('local'), ('referred'), ('unreferred'), ('unknown')) as placed (place_code)
),

candidate as (
    select
        area.area_code,
        wanted.group_code,
        wanted.level_code,
        wanted.place_code as at_place_code,
        bracket_row.*,
        case
            when bracket_row.area_code = area.area_code then 30
            when bracket_row.area_code = area.region_code then 20
            else 10
        end
        + case when bracket_row.person_group_code = 'all' then 0 else 1 end
        + case when bracket_row.hospital_level_code = 'all' then 0 else 1 end
        + case when bracket_row.place_code = 'all' then 0 else 1 end as precedence
    from bracket_row
    inner join {{ ref('map_pack_area') }} as area
        on
            area.area_kind in ('prov_level', 'pooling_area')
            and bracket_row.area_code in (area.area_code, area.region_code, '100000')
    inner join wanted
        on
            bracket_row.scheme_code = wanted.scheme_code
            and bracket_row.population_code = 'all'
            and bracket_row.person_group_code in ('all', wanted.group_code)
            and bracket_row.hospital_level_code in ('all', wanted.level_code)
            and bracket_row.place_code in ('all', wanted.place_code)
    left join by_place on bracket_row.parameter_code = by_place.parameter_code
    where wanted.place_code <> 'unknown' or by_place.parameter_code is null
),

edge as (
    select area_code, parameter_code, group_code, level_code, at_place_code, valid_from as edge_date from candidate
    union
    select area_code, parameter_code, group_code, level_code, at_place_code, valid_to from candidate where valid_to is not null
),

segment as (
    select
        edge.*,
        lead(edge_date) over (
            partition by area_code, parameter_code, group_code, level_code, at_place_code order by edge_date
        ) as end_date
    from edge
),

-- Not one-to-one: every row that speaks in the segment; those of the highest precedence are the brackets.
ranked as (
    select
        segment.area_code as at_area_code,
        segment.edge_date,
        segment.end_date,
        candidate.*,
        max(candidate.precedence) over (
            partition by
                segment.area_code, segment.parameter_code, segment.group_code, segment.level_code, segment.at_place_code,
                segment.edge_date
        ) as highest_precedence
    from segment
    inner join candidate
        on
            segment.area_code = candidate.area_code
            and segment.parameter_code = candidate.parameter_code
            and segment.group_code = candidate.group_code
            and segment.level_code = candidate.level_code
            and segment.at_place_code = candidate.at_place_code
            and segment.edge_date >= candidate.valid_from
            and (candidate.valid_to is null or segment.edge_date < candidate.valid_to)
)

select
    at_area_code as area_code,
    parameter_code,
    group_code as person_group_code,
    level_code as hospital_level_code,
    at_place_code as place_code,
    edge_date as valid_from_date,
    end_date as valid_to_date,
    row_number() over (
        partition by at_area_code, parameter_code, group_code, level_code, at_place_code, edge_date
        order by coalesce(lower_yuan, 0)
    ) as bracket_no,
    coalesce(lower_yuan, 0) as lower_yuan,
    upper_yuan,
    value as parameter_value,
    doc_no,
    clause,
    quote,
    basis
from ranked
where precedence = highest_precedence
