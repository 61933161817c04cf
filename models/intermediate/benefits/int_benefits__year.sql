{{ config(materialized='table') }}
-- A person's year of a scheme in an area, and how it is worked out. tier_code: plain (no limit can bind), limited (one may:
-- looked at more closely), stepwise (row by row), unknown (nothing of the year can be replayed).
-- A cadre's settlement touches no limit; only one that cannot be replayed stops what comes after it.
with claim as (
    select
        claim.*,
        case
            when claim.path_code = 'pooled'
                then coalesce({{ share_of('claim.in_scope', 'rule.highest_ratio') }}, 0) + {{ bracket_count() }}
            else 0
        end as most_pooled,
        rule.pooled_cap,
        rule.outpatient_cap,
        rule.civil_cap,
        rule.privileged_cap,
        rule.critical_line,
        rule.assistance_cap
    from {{ ref('int_benefits__ruled_claim') }} as claim
    left join {{ ref('int_benefits__rule_set') }} as rule on claim.rule_set_no = rule.rule_set_no
    where not claim.is_reversal and claim.layer_path_code in ('pooled', 'cadre')
),

-- One row a settlement: only the first reversal after it is effective.
reversed as (
    select
        claim.person_key,
        claim.area_code,
        claim.scheme_code,
        claim.benefit_year_code,
        count(*) as reversal_count
    from claim
    inner join {{ ref('int_benefits__reversal') }} as reversal on claim.settlement_no = reversal.original_no and reversal.is_effective
    group by claim.person_key, claim.area_code, claim.scheme_code, claim.benefit_year_code
),

summed as (
    select
        person_key,
        area_code,
        scheme_code,
        benefit_year_code,
        count(*) as settlement_count,
        count(static_missing_code) as certain_gap_count,
        sum(case when is_possible_gap then 1 else 0 end) as possible_gap_count,
        sum(most_pooled) as most_pooled,
        sum(case when medical_kind_code = 'outpatient' then most_pooled else 0 end) as most_outpatient,
        sum(case when path_code = 'privileged' then in_scope else 0 end) as most_privileged,
        sum(
            case when path_code = 'privileged' or is_civil_servant and medical_kind_code = 'inpatient' then in_scope else 0 end
        ) as most_civil,
        sum(case when scheme_code = 'resident' and medical_kind_code <> 'outpatient' then in_scope else 0 end) as most_burden,
        sum(case when is_assisted and medical_kind_code = 'inpatient' then in_scope else 0 end) as most_assisted,
        {%- for limit in ('pooled_cap', 'outpatient_cap', 'civil_cap', 'privileged_cap', 'critical_line', 'assistance_cap') %}
        min({{ limit }}) as least_{{ limit }}{{ ',' if not loop.last }}
        {%- endfor %}
    from claim
    group by person_key, area_code, scheme_code, benefit_year_code
),

tiered as (
    select
        person_key,
        area_code,
        scheme_code,
        benefit_year_code,
        case
            when certain_gap_count = settlement_count then 'unknown'
            when possible_gap_count > 0 then 'stepwise'
            when
                most_pooled <= coalesce(least_pooled_cap, most_pooled)
                and most_outpatient <= coalesce(least_outpatient_cap, most_outpatient)
                and most_privileged <= coalesce(least_privileged_cap, most_privileged)
                and most_civil <= coalesce(least_civil_cap, most_civil)
                and most_burden <= coalesce(least_critical_line, most_burden)
                and most_assisted <= coalesce(least_assistance_cap, most_assisted)
                then 'plain'
            else 'limited'
        end as tier_code
    from summed
)

select
    row_number() over (
        order by tiered.person_key, tiered.area_code, tiered.scheme_code, tiered.benefit_year_code
    ) as year_no,
    tiered.person_key,
    tiered.area_code,
    tiered.scheme_code,
    tiered.benefit_year_code,
    coalesce(reversed.reversal_count, 0) as reversal_count,
    tiered.tier_code
from tiered
left join reversed
    on
        tiered.person_key = reversed.person_key
        and tiered.area_code = reversed.area_code
        and tiered.scheme_code = reversed.scheme_code
        and tiered.benefit_year_code = reversed.benefit_year_code
