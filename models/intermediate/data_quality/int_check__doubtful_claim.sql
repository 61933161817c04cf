{{ config(materialized='table', meta={'keeps_former': true}) }}
-- Settlements that are not plainly in order against persons, cover and institutions: few. Cover is judged by the months of
-- service: one of them covered is enough. A service that ends before it begins is among them always: what is looked at is
-- found by its end (macros/checks/doubt.sql).
{% set columns %}
        settlement_id, county_code, insutype_code, institution_code, event_month, person_key, service_begin_date,
        service_end_date, fund_pay_yuan, refund_code
{%- endset %}
{% set claims %}
    select {{ columns }}
    from {{ ref('stg_setl_d') }}
    where valid_code = '1'
{%- endset %}
with given as (
    select
        {{ is_delivered(ref('dim_person')) }} as has_persons,
        {{ is_delivered(ref('dim_institution')) }} as has_institutions,
        {{ is_delivered(ref('fct_insurance_spell')) }} as has_spells
),

-- Every settlement of a month is read for it, therefore by the columns that tell alone.
claim as (
    {{ looked_at(columns, [claims], doubted_months(['setl_d']), 'service_end_date') }}
)

-- distinct: a settlement may lie in several spells, and may be looked at twice
select distinct
    claim.settlement_id,
    claim.county_code,
    claim.insutype_code,
    claim.institution_code,
    claim.event_month,
    claim.person_key,
    claim.service_begin_date,
    claim.service_end_date,
    claim.fund_pay_yuan,
    claim.refund_code,
    given.has_institutions and institution.institution_code is null as is_unknown_institution,
    given.has_persons and not coalesce(person.is_known, false) as is_unknown_person,
    given.has_spells and cover.person_key is null as is_uncovered,
    person.death_date
from claim
cross join given
left join {{ ref('insutype') }} as insutype on claim.insutype_code = insutype.insutype_code
left join {{ ref('dim_institution') }} as institution on claim.institution_code = institution.institution_code
left join {{ ref('int_check__person_state') }} as person on claim.person_key = person.person_key
left join {{ ref('int_check__cover') }} as cover
    on
        claim.person_key = cover.person_key
        and insutype.scheme_code = cover.scheme_code
        and claim.service_end_date > cover.before_date
        and claim.service_begin_date <= cover.last_date
where
    (given.has_institutions and institution.institution_code is null)
    or (given.has_persons and not coalesce(person.is_known, false))
    or ((given.has_persons or given.has_spells) and cover.person_key is null)
    or claim.service_begin_date > person.death_date
    or claim.service_begin_date > claim.service_end_date
