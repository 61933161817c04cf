{{ config(materialized='view') }}

select
    person_key,
    sex_code,
    birth_date,
    survival_code,
    death_date,
    coalesce(survival_code = '2', false) or death_date is not null as is_dead
from {{ ref('stg_psn_info_b') }}
