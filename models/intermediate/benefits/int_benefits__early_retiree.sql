{{ config(materialized='table') }}
-- NMG-2007 1.1.5: who retired before the statutory age pays on until it, month by month (the first day decides). Who is
-- early is certain only below the lowest statutory age of the sex (the older one of women depends on a post that no feed
-- names): such persons alone are judged. Their wage is not known once they stop paying: what is due at least is that of
-- the floor of the base.
with age as (
    select
        sex_code,
        min(age_years) as age_years
    from {{ ref('statutory_retirement_age') }}
    group by sex_code
),

retired as (
    select
        spell.person_key,
        spell.area_code,
        max(spell.retirement_date) as retirement_date,
        min(greatest(spell.begin_date, spell.retirement_date)) as first_date,
        max(least(
            coalesce(spell.pause_date, date '9999-12-31'),
            coalesce(person.death_date, date '9999-12-31'),
            {{ dbt.dateadd('day', -1, dbt.dateadd('year', 'age.age_years', 'person.birth_date')) }}
        )) as last_date
    from {{ ref('fct_insurance_spell') }} as spell
    inner join {{ ref('dim_person') }} as person on spell.person_key = person.person_key
    inner join age on person.sex_code = age.sex_code
    where
        spell.is_retired and spell.is_counted and spell.insutype_code = '310'
        and spell.retirement_date < {{ dbt.dateadd('year', 'age.age_years', 'person.birth_date') }}
    group by spell.person_key, spell.area_code
),

-- The months whose first day lies between retirement and the statutory age, in areas where the clause binds.
person_month as (
    select
        retired.person_key,
        retired.area_code,
        month.month_code as due_month,
        rule.is_early_retiree_paying,
        case
            when rule.missing_base_parameter_code is null
                then
                    round(rule.base_floor_yuan * cast(rule.unit_rate_ratio as decimal(9, 6)), 2)
                    + round(rule.base_floor_yuan * cast(rule.person_rate_ratio as decimal(9, 6)), 2)
        end as least_due_yuan
    from retired
    inner join {{ ref('dim_business_month') }} as month
        on make_date(cast(substr(month.month_code, 1, 4) as integer), cast(substr(month.month_code, 5, 2) as integer), 1)
            between retired.first_date and retired.last_date
    inner join {{ ref('benefits__dim_contribution_rule') }} as rule
        on
            retired.area_code = rule.area_code
            and month.month_code >= rule.from_month
            and month.month_code < rule.to_month
    where rule.is_early_retiree_ruled
),

-- An area that stopped reporting is not judged by what it did not send.
reported as (
    select area_code, max(event_month) as last_month
    from {{ ref('agg_contribution_month') }}
    where insutype_code = '310'
    group by area_code
),

paid as (
    select distinct contribution.person_key, month.month_code as due_month
    from {{ ref('fct_employee_contribution') }} as contribution
    inner join (select distinct person_key from person_month) as chosen on contribution.person_key = chosen.person_key
    -- one to many: a row may pay several months
    inner join {{ ref('dim_business_month') }} as month
        on
            month.month_code >= coalesce(contribution.accrual_begin_month, contribution.due_month)
            and month.month_code <= coalesce(contribution.accrual_end_month, contribution.accrual_begin_month, contribution.due_month)
    where contribution.insutype_code = '310' and contribution.total_yuan > 0
)

select
    person_month.person_key,
    person_month.area_code,
    person_month.due_month,
    person_month.is_early_retiree_paying,
    paid.person_key is not null as has_contribution,
    {{ yuan('person_month.least_due_yuan') }} as least_due_yuan
from person_month
inner join reported on person_month.area_code = reported.area_code and person_month.due_month <= reported.last_month
left join paid on person_month.person_key = paid.person_key and person_month.due_month = paid.due_month
