{{ config(materialized='view') }}

select
    institution.institution_code,
    institution.institution_name,
    institution.institution_type_code,
    institution.hospital_grade_code,
    institution.hospital_level_code,
    coalesce(county.area_code, institution.county_code) as area_code,
    institution.county_code,
    institution.begin_at,
    institution.end_at,
    institution.bed_count
from {{ ref('stg_fixmedins_b') }} as institution
left join {{ ref('dim_county') }} as county on institution.county_code = county.county_code
