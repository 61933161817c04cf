{{ config(materialized='view') }}

select
    employer.employer_key,
    employer.employer_type_code,
    employer.employer_management_code,
    coalesce(county.area_code, employer.county_code) as area_code,
    employer.county_code
from {{ ref('stg_insu_emp_info_b') }} as employer
left join {{ ref('dim_county') }} as county on employer.county_code = county.county_code
