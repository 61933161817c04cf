{{ config(materialized='ephemeral') }}
-- E09 C08 D09 of settlements, against persons, cover and institutions. What is judged was counted by month in core; here
-- the doubtful settlements alone are told apart.
with given as (
    select
        {{ is_delivered(ref('dim_person')) }} as has_persons,
        {{ is_delivered(ref('fct_insurance_spell')) }} as has_spells,
        (select max(parameter_value) from {{ ref('check_parameter') }} where parameter_code = 'death_grace_days')
            as death_grace_days
),

judged as (
    select
        doubtful.settlement_id,
        coalesce(county.area_code, doubtful.county_code, 'unknown') as area_code,
        insutype.fund_code,
        insutype.scheme_code,
        doubtful.event_month,
        doubtful.person_key,
        doubtful.service_begin_date,
        doubtful.service_end_date,
        doubtful.fund_pay_yuan,
        doubtful.is_unknown_institution or doubtful.is_unknown_person as is_unknown,
        doubtful.is_uncovered,
        {{ dbt.datediff('doubtful.death_date', 'doubtful.service_begin_date', 'day') }} > given.death_grace_days as is_after_grace,
        coalesce(doubtful.refund_code = '0', false) and doubtful.fund_pay_yuan > 0 as is_paid
    from {{ ref('int_check__doubtful_claim') }} as doubtful
    cross join given
    left join {{ ref('dim_county') }} as county on doubtful.county_code = county.county_code
    left join {{ ref('insutype') }} as insutype on doubtful.insutype_code = insutype.insutype_code
),

-- Not covered by any spell; a contribution for the month that was paid late may cover.
uncovered as (
    select
        settlement_id, area_code, fund_code, scheme_code, event_month, person_key, service_begin_date, service_end_date,
        fund_pay_yuan
    from judged
    where is_paid and is_uncovered
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
    {% for check_id, condition in [('D09', 'is_unknown'), ('E09', 'is_paid and is_after_grace')] %}
    select '{{ check_id }}' as check_id, area_code, fund_code, event_month, settlement_id, fund_pay_yuan
    from judged
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
    base.check_id, counted.area_code, insutype.fund_code, counted.event_month, 0, counted.denominator_count,
    cast(null as decimal(20, 2)), cast(null as varchar)
from {{ ref('agg_claim_check_month') }} as counted
cross join given
left join {{ ref('insutype') }} as insutype on counted.insutype_code = insutype.insutype_code
-- one to many: what two checks judge is the same
inner join (values ('D09', '#valid'), ('E09', '#paid'), ('C08', '#paid')) as base (check_id, counted_id)
    on
        counted.check_id = base.counted_id
        and (base.check_id <> 'E09' or given.has_persons)
        and (base.check_id <> 'C08' or given.has_spells)
