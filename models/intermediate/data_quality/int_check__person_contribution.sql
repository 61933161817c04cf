{{ config(materialized='ephemeral') }}
-- C09 D09 of contributions, against persons and retirement. What is judged was counted by month in core; here the doubtful
-- contributions alone are told apart.
with given as (
    select
        {{ is_delivered(ref('dim_person')) }} as has_persons,
        {{ is_delivered(ref('fct_insurance_spell')) }} as has_spells
),

retired as (
    select
        person_key,
        {{ month_code('min(coalesce(retirement_date, begin_date))') }} as retired_month
    from {{ ref('fct_insurance_spell') }}
    where is_retired and scheme_code = 'employee'
    group by person_key
),

-- One row a person who is known or retired.
person_state as (
    select
        coalesce(person.person_key, retired.person_key) as person_key,
        person.person_key is not null as is_known,
        retired.retired_month
    from {{ ref('dim_person') }} as person
    full outer join retired on person.person_key = retired.person_key
),

-- Every contribution is read for it, therefore by the columns that tell alone.
contribution as (
    {% for relation, base in [
        ('stg_staf_psn_clct_detl_d', 'coalesce(employer_base_yuan, person_base_yuan, 0) > 0'),
        ('stg_rsdt_psn_clct_detl_d', 'false'),
    ] %}
    select
        contribution_id,
        county_code,
        insutype_code,
        contribution_type_code,
        event_month,
        due_month,
        person_key,
        total_yuan,
        coalesce(insutype_code = '310' and {{ base }}, false) as has_base
    from {{ ref(relation) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

looked_at as (
    select
        contribution.*,
        given.has_persons and not coalesce(state.is_known, false) as is_unknown,
        coalesce(contribution.has_base and contribution.due_month > state.retired_month, false) as is_after_retirement
    from contribution
    cross join given
    left join person_state as state on contribution.person_key = state.person_key
    where
        (given.has_persons and not coalesce(state.is_known, false))
        or (contribution.has_base and contribution.due_month > state.retired_month)
),

-- Few.
doubtful as (
    select
        looked_at.contribution_id,
        coalesce(county.area_code, looked_at.county_code, 'unknown') as area_code,
        coalesce(looked_at.insutype_code, 'unknown') as insutype_code,
        looked_at.event_month,
        looked_at.due_month,
        looked_at.person_key,
        looked_at.total_yuan,
        looked_at.is_unknown,
        looked_at.is_after_retirement and coalesce(kind.contribution_kind_code = 'normal', false) as is_retired
    from looked_at
    left join {{ ref('dim_county') }} as county on looked_at.county_code = county.county_code
    left join {{ ref('contribution_kind') }} as kind on looked_at.contribution_type_code = kind.contribution_type_code
),

violated as (
    select 'D09' as check_id, area_code, insutype_code, event_month, contribution_id, total_yuan
    from doubtful
    where is_unknown
    union all
    select
        'C09', doubtful.area_code, doubtful.insutype_code, doubtful.event_month, doubtful.contribution_id, doubtful.total_yuan
    from doubtful
    -- NMG-2007 1.1.5: who retired early pays on, rightly
    left join {{ ref('int_benefits__early_retiree') }} as early
        on
            doubtful.person_key = early.person_key
            and doubtful.due_month = early.due_month
            and doubtful.area_code = early.area_code
            and early.is_early_retiree_paying
    where doubtful.is_retired and early.person_key is null
)

select
    violated.check_id, violated.area_code, insutype.fund_code, violated.event_month, count(*) as violated_count,
    cast(0 as bigint) as denominator_count, {{ sum_money('violated.total_yuan') }} as evidence_yuan,
    {{ sample_keys('violated.contribution_id') }} as sample_keys
from violated
left join {{ ref('insutype') }} as insutype on violated.insutype_code = insutype.insutype_code
group by violated.check_id, violated.area_code, insutype.fund_code, violated.event_month
union all
select
    judged.check_id, counted.area_code, insutype.fund_code, counted.event_month, 0, counted.denominator_count,
    cast(null as decimal(20, 2)), cast(null as varchar)
from {{ ref('agg_contribution_check_month') }} as counted
cross join given
left join {{ ref('insutype') }} as insutype on counted.insutype_code = insutype.insutype_code
inner join (values ('D09', '#rows'), ('C09', '#based')) as judged (check_id, counted_id)
    on
        counted.check_id = judged.counted_id
        and (judged.check_id <> 'D09' or given.has_persons)
        and (judged.check_id <> 'C09' or given.has_spells)
