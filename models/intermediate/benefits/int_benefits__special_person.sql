{{ config(materialized='ephemeral') }}
-- Special persons and their populations; those of the sample only where the home takes sample parameters.
with home as (
    select max(case when parameter_code = 'policy_sample' then parameter_value end) as policy_sample
    from {{ ref('stg_home__parameter') }}
)

select person.special_person_code, person.population_code
from {{ ref('special_person') }} as person
cross join home
where person.basis <> 'sample' or home.policy_sample = 'true'
