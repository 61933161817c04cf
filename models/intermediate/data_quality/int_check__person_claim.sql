{{ config(materialized='ephemeral') }}
-- E09 C08 D09 of settlements, against persons, cover and institutions. What is judged was counted by month in core; here
-- the doubtful settlements alone are told apart. Cover is judged by the months of service: one of them covered is enough.
with given as (
    select
        {{ is_delivered(ref('dim_person')) }} as has_persons,
        {{ is_delivered(ref('dim_institution')) }} as has_institutions,
        {{ is_delivered(ref('fct_insurance_spell')) }} as has_spells,
        (select max(parameter_value) from {{ ref('check_parameter') }} where parameter_code = 'death_grace_days')
            as death_grace_days
),

-- The last day before and the last day of a spell of cover, in whole months; of a person who is known, until the death.
cover as (
    select
        spell.person_key,
        spell.scheme_code,
        last_day({{ dbt.dateadd('month', -1, 'spell.begin_date') }}) as before_date,
        least(
            last_day(coalesce(spell.pause_date, date '9999-12-31')), coalesce(person.death_date, date '9999-12-31')
        ) as last_date
    from {{ ref('fct_insurance_spell') }} as spell
    cross join given
    left join {{ ref('dim_person') }} as person on spell.person_key = person.person_key
    where spell.is_counted and (person.person_key is not null or not given.has_persons)
),

-- Few: whatever is not plainly in order. Every settlement is read for it, therefore by the columns that tell alone.
looked_at as (
    -- distinct: an unknown institution's settlement may lie in several spells
    select distinct
        claim.settlement_id,
        claim.county_code,
        insutype.fund_code,
        insutype.scheme_code,
        claim.event_month,
        claim.person_key,
        claim.service_begin_date,
        claim.service_end_date,
        claim.fund_pay_yuan,
        coalesce(claim.refund_code = '0', false) and claim.fund_pay_yuan > 0 as is_paid,
        given.has_institutions and institution.institution_code is null as is_unknown_institution
    from {{ ref('stg_setl_d') }} as claim
    cross join given
    left join {{ ref('insutype') }} as insutype on claim.insutype_code = insutype.insutype_code
    left join {{ ref('dim_institution') }} as institution on claim.institution_code = institution.institution_code
    left join cover
        on
            claim.person_key = cover.person_key
            and insutype.scheme_code = cover.scheme_code
            and claim.service_end_date > cover.before_date
            and claim.service_begin_date <= cover.last_date
    where
        claim.valid_code = '1'
        and (
            (given.has_institutions and institution.institution_code is null)
            or ((given.has_persons or given.has_spells) and cover.person_key is null)
        )
),

doubtful as (
    select
        looked_at.settlement_id,
        coalesce(county.area_code, looked_at.county_code, 'unknown') as area_code,
        looked_at.fund_code,
        looked_at.scheme_code,
        looked_at.event_month,
        looked_at.person_key,
        looked_at.service_begin_date,
        looked_at.service_end_date,
        looked_at.fund_pay_yuan,
        looked_at.is_unknown_institution or (given.has_persons and person.person_key is null) as is_unknown,
        looked_at.is_paid
        and {{ dbt.datediff('person.death_date', 'looked_at.service_begin_date', 'day') }} > given.death_grace_days
            as is_after_death,
        looked_at.is_paid and given.has_spells as is_judged_by_cover
    from looked_at
    cross join given
    left join {{ ref('dim_county') }} as county on looked_at.county_code = county.county_code
    left join {{ ref('dim_person') }} as person on looked_at.person_key = person.person_key
),

-- Not covered by any spell; a contribution for the month that was paid late may cover.
uncovered as (
    select
        doubtful.settlement_id, doubtful.area_code, doubtful.fund_code, doubtful.scheme_code, doubtful.event_month,
        doubtful.person_key, doubtful.service_begin_date, doubtful.service_end_date, doubtful.fund_pay_yuan
    from doubtful
    where
        doubtful.is_judged_by_cover
        and not exists (
            select 1
            from {{ ref('fct_insurance_spell') }} as spell
            where
                doubtful.person_key = spell.person_key
                and doubtful.scheme_code = spell.scheme_code
                and spell.is_counted
                and spell.begin_date <= last_day(doubtful.service_end_date)
                and (spell.pause_date is null or last_day(spell.pause_date) >= last_day(doubtful.service_begin_date))
        )
),

paid_late as (
    {% for relation in ('fct_employee_contribution', 'fct_resident_contribution') %}
    select uncovered.settlement_id
    from uncovered
    inner join {{ ref(relation) }} as contribution on uncovered.person_key = contribution.person_key
    inner join {{ ref('insutype') }} as insutype
        on contribution.insutype_code = insutype.insutype_code and uncovered.scheme_code = insutype.scheme_code
    where
        contribution.is_collected
        and {{ month_code('uncovered.service_begin_date') }} <= contribution.accrual_end_month
        and {{ month_code('uncovered.service_end_date') }} >= contribution.accrual_begin_month
    {{ 'union' if not loop.last }}
    {% endfor %}
),

violated as (
    {% for check_id, condition in [('D09', 'is_unknown'), ('E09', 'is_after_death')] %}
    select '{{ check_id }}' as check_id, area_code, fund_code, event_month, settlement_id, fund_pay_yuan
    from doubtful
    where {{ condition }}
    union all
    {% endfor %}
    select
        'C08', uncovered.area_code, uncovered.fund_code, uncovered.event_month, uncovered.settlement_id, uncovered.fund_pay_yuan
    from uncovered
    left join paid_late on uncovered.settlement_id = paid_late.settlement_id
    where paid_late.settlement_id is null
)

select
    check_id, area_code, fund_code, event_month, count(*) as violated_count, cast(0 as bigint) as denominator_count,
    {{ sum_money('fund_pay_yuan') }} as evidence_yuan, {{ sample_keys('settlement_id') }} as sample_keys
from violated
group by check_id, area_code, fund_code, event_month
union all
select
    judged.check_id, counted.area_code, insutype.fund_code, counted.event_month, 0, counted.denominator_count,
    cast(null as decimal(20, 2)), cast(null as varchar)
from {{ ref('agg_claim_check_month') }} as counted
cross join given
left join {{ ref('insutype') }} as insutype on counted.insutype_code = insutype.insutype_code
-- one to many: what two checks judge is the same
inner join (values ('D09', '#valid'), ('E09', '#paid'), ('C08', '#paid')) as judged (check_id, counted_id)
    on
        counted.check_id = judged.counted_id
        and (judged.check_id <> 'E09' or given.has_persons)
        and (judged.check_id <> 'C08' or given.has_spells)
