{{ config(materialized='ephemeral') }}
-- C09 D09 of contributions, against persons and retirement. What is judged was counted by month in core; here the doubtful
-- contributions alone are told apart.
with given as (
    select
        {{ is_delivered(ref('dim_person')) }} as has_persons,
        {{ is_delivered(ref('fct_insurance_spell')) }} as has_spells
),

judged as (
    select
        doubtful.contribution_id,
        coalesce(county.area_code, doubtful.county_code, 'unknown') as area_code,
        coalesce(doubtful.insutype_code, 'unknown') as insutype_code,
        doubtful.event_month,
        doubtful.due_month,
        doubtful.person_key,
        doubtful.total_yuan,
        doubtful.is_unknown,
        doubtful.is_after_retirement and coalesce(kind.contribution_kind_code = 'normal', false) as is_retired
    from {{ ref('int_check__doubtful_contribution') }} as doubtful
    left join {{ ref('dim_county') }} as county on doubtful.county_code = county.county_code
    left join {{ ref('contribution_kind') }} as kind on doubtful.contribution_type_code = kind.contribution_type_code
),

violated as (
    select 'D09' as check_id, area_code, insutype_code, event_month, contribution_id, total_yuan
    from judged
    where is_unknown
    union all
    select
        'C09', judged.area_code, judged.insutype_code, judged.event_month, judged.contribution_id, judged.total_yuan
    from judged
    -- NMG-2007 1.1.5: who retired early pays on, rightly
    left join {{ ref('int_benefits__early_retiree') }} as early
        on
            judged.person_key = early.person_key
            and judged.due_month = early.due_month
            and judged.area_code = early.area_code
            and early.is_early_retiree_paying
    where judged.is_retired and early.person_key is null
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
    base.check_id, counted.area_code, insutype.fund_code, counted.event_month, 0, counted.denominator_count,
    cast(null as decimal(20, 2)), cast(null as varchar)
from {{ ref('agg_contribution_check_month') }} as counted
cross join given
left join {{ ref('insutype') }} as insutype on counted.insutype_code = insutype.insutype_code
inner join (values ('D09', '#rows'), ('C09', '#based')) as base (check_id, counted_id)
    on
        counted.check_id = base.counted_id
        and (base.check_id <> 'D09' or given.has_persons)
        and (base.check_id <> 'C09' or given.has_spells)
