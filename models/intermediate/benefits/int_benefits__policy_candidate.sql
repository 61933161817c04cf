-- Every dated value that could apply to an area: its own, its region's, the nation's (higher level_no prevails).
-- NMG-2007 binds 自治区本级 only; a draft (AR-POOL-DRAFT) is carried along and never in force.
select
    area.area_code,
    parameter.area_code as scope_area_code,
    case
        when parameter.area_code = area.area_code then 3
        when parameter.area_code = area.region_code then 2
        else 1
    end as level_no,
    parameter.parameter_code,
    parameter.population_code,
    parameter.valid_from as valid_from_date,
    parameter.valid_to as valid_to_date,
    parameter.value as parameter_value,
    parameter.doc_no,
    parameter.clause,
    parameter.quote,
    parameter.basis,
    parameter.approval_no,
    parameter.note,
    coalesce(document.doc_status, 'unknown') = 'in_force' as is_in_force
from {{ ref('int_benefits__policy_row') }} as parameter
inner join {{ ref('map_pack_area') }} as area
    on
        area.area_kind in ('prov_level', 'pooling_area')
        and parameter.area_code in (area.area_code, area.region_code, '100000')
left join {{ ref('document') }} as document on parameter.doc_no = document.doc_no
