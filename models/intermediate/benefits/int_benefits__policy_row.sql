-- The parameter rows that this home takes. What neither document states carries basis = sample and is for the sample
-- region only: without `sample_policy = true` in the home's configuration such a row does not exist here.
with home as (
    select max(case when parameter_code = 'policy_sample' then parameter_value end) as policy_sample
    from {{ ref('stg_home__parameter') }}
)

select
    parameter.parameter_code,
    parameter.area_code,
    parameter.scheme_code,
    parameter.population_code,
    parameter.valid_from,
    parameter.valid_to,
    parameter.value,
    parameter.unit,
    parameter.doc_no,
    parameter.clause,
    parameter.quote,
    parameter.basis,
    parameter.approval_no,
    parameter.note
from {{ ref('policy_parameter') }} as parameter
cross join home
where parameter.basis <> 'sample' or home.policy_sample = 'true'
