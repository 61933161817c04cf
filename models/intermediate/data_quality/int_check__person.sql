-- E01 E09 C08 C09 D09: settlements and contributions against persons, cover and institutions. Kept over 150 lines: the
-- rows are read once for all of them, and what is judged narrows from step to step.
{% set at_stake = "claim.is_occurrence and claim.fund_pay_yuan > 0" %}
with delivered as (
    select
        (select count(*) from {{ ref('dim_person') }}) as person_count,
        (select count(*) from {{ ref('dim_institution') }}) as institution_count,
        (select count(*) from {{ ref('fct_insurance_spell') }}) as spell_count
),

parameter as (
    select
        max(case when parameter_code = 'death_grace_days' then parameter_value end) as death_grace_days,
        max(case when parameter_code = 'double_cover_days' then parameter_value end) as double_cover_days
    from {{ ref('check_parameter') }}
),

-- First and last day of a person's cover in a scheme; most persons have one spell.
cover as (
    select
        person_key,
        scheme_code,
        min(begin_date) as begin_date,
        max(coalesce(pause_date, date '9999-12-31')) as pause_date,
        count(*) as spell_count
    from {{ ref('fct_insurance_spell') }}
    where is_counted
    group by person_key, scheme_code
),

claim as (
    select
        claim.settlement_id,
        claim.area_code,
        claim.insutype_code,
        insutype.fund_code,
        insutype.scheme_code,
        claim.event_month,
        claim.person_key,
        claim.service_begin_date,
        claim.service_end_date,
        claim.fund_pay_yuan,
        claim.is_occurrence,
        person.person_key is null as is_unknown_person,
        institution.institution_code is null as is_unknown_institution,
        person.death_date,
        -- Cover is judged by the months of service: one of them covered is enough.
        cover.person_key is null
        or cover.begin_date > last_day(claim.service_end_date)
        or last_day(cover.pause_date) < last_day(claim.service_begin_date) as is_outside,
        cover.spell_count
    from {{ ref('fct_settlement') }} as claim
    left join {{ ref('insutype') }} as insutype on claim.insutype_code = insutype.insutype_code
    left join {{ ref('dim_person') }} as person on claim.person_key = person.person_key
    left join {{ ref('dim_institution') }} as institution on claim.institution_code = institution.institution_code
    left join cover on claim.person_key = cover.person_key and insutype.scheme_code = cover.scheme_code
    where claim.is_valid
),

-- Few: cover is told apart spell by spell for these alone.
suspect as (
    select
        claim.settlement_id,
        claim.area_code,
        claim.fund_code,
        claim.event_month,
        claim.person_key,
        claim.scheme_code,
        claim.service_begin_date,
        claim.service_end_date,
        claim.fund_pay_yuan
    from claim
    cross join delivered
    where {{ at_stake }} and (claim.is_outside or claim.spell_count > 1) and delivered.spell_count > 0
),

-- Covered by one of several spells, or by a contribution for the month that was paid late.
covered as (
    select suspect.settlement_id
    from suspect
    inner join {{ ref('fct_insurance_spell') }} as spell
        on
            suspect.person_key = spell.person_key
            and suspect.scheme_code = spell.scheme_code
            and spell.is_counted
            and spell.begin_date <= last_day(suspect.service_end_date)
            and (spell.pause_date is null or last_day(spell.pause_date) >= last_day(suspect.service_begin_date))
    {% for relation in ('fct_employee_contribution', 'fct_resident_contribution') %}
    union
    select suspect.settlement_id
    from suspect
    inner join {{ ref(relation) }} as contribution on suspect.person_key = contribution.person_key
    inner join {{ ref('insutype') }} as insutype
        on contribution.insutype_code = insutype.insutype_code and suspect.scheme_code = insutype.scheme_code
    where
        contribution.is_collected
        and {{ month_code('suspect.service_begin_date') }} <= contribution.accrual_end_month
        and {{ month_code('suspect.service_end_date') }} >= contribution.accrual_begin_month
    {% endfor %}
),

claim_count as (
    select
        claim.area_code,
        claim.fund_code,
        claim.event_month,
        {% for check_id, denominator, condition, yuan in [
            ('D09', 'true',
             '(delivered.person_count > 0 and claim.is_unknown_person) or (delivered.institution_count > 0 and claim.is_unknown_institution)',
             'claim.fund_pay_yuan'),
            ('E09', at_stake ~ ' and delivered.person_count > 0',
             dbt.datediff('claim.death_date', 'claim.service_begin_date', 'day') ~ ' > parameter.death_grace_days', 'claim.fund_pay_yuan'),
        ] %}
        sum(case when ({{ denominator }}) and ({{ condition }}) then 1 else 0 end) as violated_{{ check_id | lower }},
        sum(case when {{ denominator }} then 1 else 0 end) as judged_{{ check_id | lower }},
        sum(case when ({{ denominator }}) and ({{ condition }}) then {{ yuan }} end) as yuan_{{ check_id | lower }},
        {{ sample_keys("case when (" ~ denominator ~ ") and (" ~ condition ~ ") then claim.settlement_id end") }}
            as keys_{{ check_id | lower }},
        {% endfor %}
        sum(case when {{ at_stake }} and delivered.spell_count > 0 then 1 else 0 end) as judged_c08
    from claim
    cross join delivered
    cross join parameter
    group by claim.area_code, claim.fund_code, claim.event_month
),

-- Two covers of one person at once, in another scheme or another area, for longer than the grace.
basic_spell as (
    select
        spell.insurance_detail_id,
        spell.person_key,
        spell.scheme_code,
        spell.area_code,
        insutype.fund_code,
        spell.begin_date,
        coalesce(spell.pause_date, date '9999-12-31') as pause_date
    from {{ ref('fct_insurance_spell') }} as spell
    inner join {{ ref('insutype') }} as insutype on spell.insutype_code = insutype.insutype_code
    where spell.is_counted and spell.is_basic
),

double_cover as (
    select
        later.insurance_detail_id,
        later.area_code,
        later.fund_code,
        later.person_key,
        {{ month_code('later.begin_date') }} as event_month
    from basic_spell as later
    inner join basic_spell as earlier
        on
            later.person_key = earlier.person_key
            and (later.scheme_code <> earlier.scheme_code or later.area_code <> earlier.area_code)
            and (
                later.begin_date > earlier.begin_date
                or (later.begin_date = earlier.begin_date and later.insurance_detail_id > earlier.insurance_detail_id)
            )
    cross join parameter
    where {{ days_inclusive('later.begin_date', 'least(later.pause_date, earlier.pause_date)') }} > parameter.double_cover_days
    group by later.insurance_detail_id, later.area_code, later.fund_code, later.person_key, later.begin_date
),

retired as (
    select
        person_key,
        {{ month_code('min(coalesce(retirement_date, begin_date))') }} as retired_month
    from {{ ref('fct_insurance_spell') }}
    where is_retired and scheme_code = 'employee'
    group by person_key
),

contribution as (
    {% for relation in ('fct_employee_contribution', 'fct_resident_contribution') %}
    select
        contribution_id,
        area_code,
        insutype_code,
        event_month,
        due_month,
        person_key,
        total_yuan,
        {% if loop.first %}
        insutype_code = '310' and contribution_kind_code = 'normal'
        and coalesce(employer_base_yuan, person_base_yuan, 0) > 0 as has_base
    from {{ ref(relation) }}
    union all
        {% else %}
        false as has_base
    from {{ ref(relation) }}
        {% endif %}
    {% endfor %}
),

contribution_count as (
    select
        contribution.area_code,
        insutype.fund_code,
        contribution.event_month,
        {% for check_id, denominator, condition in [
            ('D09', 'delivered.person_count > 0', 'person.person_key is null'),
            ('C09', 'contribution.has_base and delivered.spell_count > 0',
             'retired.person_key is not null and early.person_key is null'),
        ] %}
        sum(case when ({{ denominator }}) and ({{ condition }}) then 1 else 0 end) as violated_{{ check_id | lower }},
        sum(case when {{ denominator }} then 1 else 0 end) as judged_{{ check_id | lower }},
        sum(case when ({{ denominator }}) and ({{ condition }}) then contribution.total_yuan end) as yuan_{{ check_id | lower }},
        {{ sample_keys("case when (" ~ denominator ~ ") and (" ~ condition ~ ") then contribution.contribution_id end") }}
            as keys_{{ check_id | lower }}{{ ',' if not loop.last }}
        {% endfor %}
    from contribution
    cross join delivered
    left join {{ ref('insutype') }} as insutype on contribution.insutype_code = insutype.insutype_code
    left join {{ ref('dim_person') }} as person on contribution.person_key = person.person_key
    left join retired
        on contribution.person_key = retired.person_key and contribution.due_month > retired.retired_month
    -- NMG-2007 1.1.5: who retired early pays on, rightly
    left join {{ ref('int_benefits__early_retiree') }} as early
        on
            contribution.person_key = early.person_key
            and contribution.due_month = early.due_month
            and contribution.area_code = early.area_code
            and early.is_early_retiree_paying
    group by contribution.area_code, insutype.fund_code, contribution.event_month
),

finding as (
    {% for relation, check_id in [
        ('claim_count', 'D09'), ('claim_count', 'E09'), ('contribution_count', 'D09'), ('contribution_count', 'C09'),
    ] %}
    select
        '{{ check_id }}' as check_id, area_code, fund_code, event_month, violated_{{ check_id | lower }} as violated_count,
        judged_{{ check_id | lower }} as denominator_count, yuan_{{ check_id | lower }} as evidence_yuan,
        keys_{{ check_id | lower }} as sample_keys
    from {{ relation }}
    where judged_{{ check_id | lower }} > 0
    union all
    {% endfor %}
    select 'C08', area_code, fund_code, event_month, 0, judged_c08, cast(null as decimal(20, 2)), cast(null as varchar)
    from claim_count
    where judged_c08 > 0
    union all
    select
        'C08', suspect.area_code, suspect.fund_code, suspect.event_month, count(*), 0, sum(suspect.fund_pay_yuan),
        {{ sample_keys('suspect.settlement_id') }}
    from suspect
    left join covered on suspect.settlement_id = covered.settlement_id
    where covered.settlement_id is null
    group by suspect.area_code, suspect.fund_code, suspect.event_month
    union all
    select
        'E01', spell.area_code, spell.fund_code, {{ month_code('spell.begin_date') }},
        count(double_cover.insurance_detail_id), count(*), cast(null as decimal(20, 2)),
        {{ sample_keys('double_cover.person_key') }}
    from basic_spell as spell
    left join double_cover on spell.insurance_detail_id = double_cover.insurance_detail_id
    group by spell.area_code, spell.fund_code, {{ month_code('spell.begin_date') }}
)

select
    check_id,
    area_code,
    fund_code,
    'month' as period_type,
    event_month as period_code,
    sum(violated_count) as violated_count,
    sum(denominator_count) as denominator_count,
    sum(evidence_yuan) as evidence_yuan,
    max(sample_keys) as sample_keys,
    cast(null as varchar) as reason
from finding
group by check_id, area_code, fund_code, event_month
