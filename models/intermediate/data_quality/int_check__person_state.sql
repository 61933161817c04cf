{{ config(materialized='table', meta={'keeps_former': true}) }}
-- One row per person who is known or retired.
with retired as (
    select
        person_key,
        {{ month_code('min(coalesce(retirement_date, begin_date))') }} as retired_month
    from {{ ref('fct_insurance_spell') }}
    where is_retired and scheme_code = 'employee'
    group by person_key
)

select
    coalesce(person.person_key, retired.person_key) as person_key,
    person.person_key is not null as is_known,
    person.death_date,
    retired.retired_month
from {{ ref('dim_person') }} as person
full outer join retired on person.person_key = retired.person_key
