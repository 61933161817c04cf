{{ config(materialized='table') }}
-- over 150 lines: every fact that the arithmetic needs, named once, before and after the windows
{%- set spell = 'person_key, area_code, scheme_code, benefit_year_code' %}
{%- set ordered = 'over (partition by ' ~ spell ~ ' order by settled_at, settlement_id rows between unbounded preceding and ' %}
{%- set before = ordered ~ '1 preceding)' %}
{%- set whole = ordered ~ 'unbounded following)' %}
-- What a person's year of a scheme has in the order of settlement: settlements that count against its limits, and the
-- reversals that give them back; with the plain sums before each (admissions, in-scope cost) and how the year is worked
-- out. tier_code: plain (no limit can bind), limited (one may: looked at more closely), stepwise (row by row), unknown
-- (nothing of the year can be replayed).
with claim as (
    select *
    from {{ ref('int_benefits__claim') }}
    where
        not is_reversal and layer_path_code in ('pooled', 'cadre')
        and {{ in_changed_benefit_year('benefit_year_code') }}
),

reversal as (
    select * from {{ ref('int_benefits__reversal') }} where is_effective
),

-- One rule set at most: ranges of days of an area do not overlap.
ruled as (
    select
        claim.*,
        reversal.settlement_id as reversal_id,
        reversal.settled_at as reversed_at,
        rule.rule_set_no,
        rule.privileged_ratio is not null and claim.is_privileged and claim.medical_kind_code = 'outpatient' as is_privileged_path,
        rule.deductible_first,
        rule.deductible_second,
        rule.deductible_later,
        rule.deductible_year,
        rule.bracket_count,
        rule.highest_ratio,
        rule.outpatient_cap,
        rule.pooled_cap,
        rule.civil_ratio,
        rule.civil_cap,
        rule.privileged_inside,
        rule.privileged_deductible,
        rule.privileged_cap,
        rule.critical_line,
        rule.critical_ratio,
        rule.critical_cap,
        rule.assistance_ratio,
        rule.assistance_cap,
        rule.cadre_ratio
    from claim
    left join reversal on claim.settlement_id = reversal.original_settlement_id
    left join {{ ref('int_benefits__rule_set') }} as rule
        on
            claim.area_code = rule.area_code
            and claim.scheme_code = rule.scheme_code
            and case when claim.person_group_code = 'unknown' then 'in_service' else claim.person_group_code end
            = rule.person_group_code
            and case
                when claim.medical_kind_code in ('chronic', 'outpatient') then claim.medical_kind_code
                else 'inpatient'
            end
            = rule.medical_kind_code
            and claim.hospital_level_code = rule.hospital_level_code
            and claim.place_code = rule.place_code
            and claim.service_end_date >= rule.valid_from_date
            and claim.service_end_date < rule.valid_until_date
),

pathed as (
    select
        ruled.*,
        case
            when layer_path_code = 'cadre' then 'cadre'
            when is_privileged_path then 'privileged'
            else 'pooled'
        end as path_code,
        -- what is missing whatever the order of the year
        case
            when fact_missing_code is not null and not (layer_path_code = 'cadre' and fact_missing_code = 'kind')
                then fact_missing_code
            when layer_path_code = 'cadre' then case when cadre_ratio is null then 'cadre_ratio' end
            when is_privileged_path
                then case
                    when privileged_deductible is null then 'privileged_deductible'
                    when privileged_cap is null then 'privileged_cap'
                    when privileged_inside = 1 and civil_cap is null then 'civil_cap'
                end
            when medical_kind_code <> 'inpatient' and deductible_year is null then 'deductible'
            when
                medical_kind_code = 'inpatient' and deductible_first is null and deductible_second is null
                and deductible_later is null
                then 'deductible'
            when coalesce(bracket_count, 0) = 0 then case when place_code = 'unknown' then 'place_unknown' else 'ratio' end
            when bracket_count > {{ bracket_count() }} then 'bracket_count'
            when medical_kind_code = 'outpatient' and outpatient_cap is null then 'outpatient_cap'
            when pooled_cap is null then 'pooled_cap'
            when
                scheme_code = 'resident' and medical_kind_code <> 'outpatient'
                and (critical_line is null or critical_ratio is null or critical_cap is null)
                then 'critical'
            when
                scheme_code = 'resident' and medical_kind_code = 'inpatient' and is_assisted
                and (assistance_ratio is null or assistance_cap is null)
                then 'assistance'
            when
                scheme_code = 'employee' and medical_kind_code = 'inpatient' and is_civil_servant
                and (civil_ratio is null or civil_cap is null)
                then 'civil'
        end as static_missing_code
    from ruled
),

-- A cadre's settlement touches no limit; only one that cannot be replayed stops what comes after it.
counted as (
    select
        pathed.*,
        static_missing_code is not null as is_certain_gap,
        static_missing_code is not null
        or (
            path_code = 'pooled' and medical_kind_code = 'inpatient'
            and (deductible_first is null or deductible_second is null or deductible_later is null)
        ) as is_possible_gap
    from pathed
),

event as (
    select
        settlement_id, settlement_id as claim_id, false as is_reversal_event, settled_at, reversal_id is not null as is_reversed,
        {{ spell }}, path_code, medical_kind_code, place_code, is_civil_servant, is_assisted, fee, first_self_pay, in_scope,
        rule_set_no, static_missing_code, is_certain_gap, is_possible_gap,
        1 as sign,
        case when path_code = 'pooled' then coalesce({{ share_of('in_scope', 'highest_ratio') }}, 0) + {{ bracket_count() }} else 0 end
            as most_pooled,
        pooled_cap, outpatient_cap, civil_cap, privileged_cap, critical_line, assistance_cap
    from counted
    union all
    select
        reversal_id, settlement_id, true, reversed_at, false,
        {{ spell }}, path_code, medical_kind_code, place_code, is_civil_servant, is_assisted, fee, first_self_pay, in_scope,
        rule_set_no, static_missing_code, false, false,
        -1, 0,
        null, null, null, null, null, null
    from counted
    where reversal_id is not null
),

summed as (
    select
        event.*,
        {%- set pooled = "path_code = 'pooled'" %}
        {%- for name, condition, amount in (
            ('used_admission_count', pooled ~ " and medical_kind_code = 'inpatient'", '1'),
            ('used_outpatient_scope', pooled ~ " and medical_kind_code = 'outpatient'", 'in_scope'),
            ('used_chronic_scope', pooled ~ " and medical_kind_code = 'chronic'", 'in_scope'),
            ('used_privileged_scope', "path_code = 'privileged'", 'in_scope'),
        ) %}
        cast(coalesce(sum(case when {{ condition }} then sign * {{ amount }} end) {{ before }}, 0) as bigint) as {{ name }},
        {%- endfor %}
        count(*) {{ whole }} as event_count,
        sum(case when sign < 0 then 1 else 0 end) {{ whole }} as reversal_count,
        sum(case when is_certain_gap then 1 else 0 end) {{ whole }} as certain_gap_count,
        sum(case when is_possible_gap then 1 else 0 end) {{ whole }} as possible_gap_count,
        sum(most_pooled) {{ whole }} as most_pooled_year,
        sum(case when medical_kind_code = 'outpatient' then most_pooled else 0 end) {{ whole }} as most_outpatient_year,
        sum(case when sign > 0 and path_code = 'privileged' then in_scope else 0 end) {{ whole }} as most_privileged_year,
        sum(
            case
                when sign > 0 and (path_code = 'privileged' or is_civil_servant and medical_kind_code = 'inpatient') then in_scope
                else 0
            end
        ) {{ whole }} as most_civil_year,
        sum(
            case when sign > 0 and scheme_code = 'resident' and medical_kind_code <> 'outpatient' then in_scope else 0 end
        ) {{ whole }} as most_burden_year,
        sum(
            case when sign > 0 and is_assisted and medical_kind_code = 'inpatient' then in_scope else 0 end
        ) {{ whole }} as most_assisted_year,
        {%- for limit in ('pooled_cap', 'outpatient_cap', 'civil_cap', 'privileged_cap', 'critical_line', 'assistance_cap') %}
        min({{ limit }}) {{ whole }} as least_{{ limit }}{{ ',' if not loop.last }}
        {%- endfor %}
    from event
)

select
    settlement_id,
    claim_id,
    is_reversal_event,
    is_reversed,
    settled_at,
    {{ spell }},
    path_code,
    medical_kind_code,
    place_code,
    is_civil_servant,
    is_assisted,
    fee,
    first_self_pay,
    in_scope,
    rule_set_no,
    static_missing_code,
    sign,
    used_admission_count,
    used_outpatient_scope,
    used_chronic_scope,
    used_privileged_scope,
    reversal_count,
    case
        when certain_gap_count + reversal_count = event_count and certain_gap_count > 0 then 'unknown'
        when possible_gap_count > 0 then 'stepwise'
        when
            most_pooled_year <= coalesce(least_pooled_cap, most_pooled_year)
            and most_outpatient_year <= coalesce(least_outpatient_cap, most_outpatient_year)
            and most_privileged_year <= coalesce(least_privileged_cap, most_privileged_year)
            and most_civil_year <= coalesce(least_civil_cap, most_civil_year)
            and most_burden_year <= coalesce(least_critical_line, most_burden_year)
            and most_assisted_year <= coalesce(least_assistance_cap, most_assisted_year)
            then 'plain'
        else 'limited'
    end as tier_code
from summed
