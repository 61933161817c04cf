{{ config(materialized='table') }}
-- The settlements of the years to be worked out, each with its rule set, its path and what it lacks whatever the order of
-- the year. A reversal is of its original's year; reversal_fault_code says why it takes nothing back.
with claim as (
    select
        claim.*,
        reversal.original_no,
        coalesce(reversal.benefit_year_code, claim.benefit_year_code) as year_code,
        case
            when not claim.is_reversal or reversal.is_effective then cast(null as varchar)
            when reversal.is_after_original then 'reversed_before'
            else 'no_original'
        end as reversal_fault_code
    from {{ ref('int_benefits__claim') }} as claim
    left join {{ ref('int_benefits__reversal') }} as reversal on claim.settlement_no = reversal.settlement_no
    where {{ in_changed_benefit_year('coalesce(reversal.benefit_year_code, claim.benefit_year_code)') }}
),

-- One rule set at most: ranges of days of an area do not overlap.
ruled as (
    select
        claim.*,
        rule.rule_set_no,
        case
            when claim.layer_path_code = 'cadre' then 'cadre'
            when rule.privileged_ratio is not null and claim.is_privileged and claim.medical_kind_code = 'outpatient'
                then 'privileged'
            else 'pooled'
        end as path_code,
        rule.deductible_first,
        rule.deductible_second,
        rule.deductible_later,
        rule.deductible_year,
        rule.bracket_count,
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
    left join {{ ref('int_benefits__rule_set') }} as rule
        on
            case when claim.layer_path_code in ('pooled', 'cadre') then claim.area_code end = rule.area_code
            and claim.scheme_code = rule.scheme_code
            and case when claim.person_group_code = 'unknown' then 'in_service' else claim.person_group_code end
            = rule.person_group_code
            and case when claim.medical_kind_code in ('chronic', 'outpatient') then claim.medical_kind_code else 'inpatient' end
            = rule.medical_kind_code
            and claim.hospital_level_code = rule.hospital_level_code
            and claim.place_code = rule.place_code
            and claim.service_end_date >= rule.valid_from_date
            and claim.service_end_date < rule.valid_until_date
),

judged as (
    select
        ruled.*,
        case
            when fact_missing_code is not null and not (layer_path_code = 'cadre' and fact_missing_code = 'kind')
                then fact_missing_code
            when layer_path_code = 'cadre' then case when cadre_ratio is null then 'cadre_ratio' end
            when path_code = 'privileged'
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
)

select
    settlement_no,
    original_no,
    reversal_fault_code,
    layer_path_code,
    path_code,
    rule_set_no,
    static_missing_code,
    -- one that may turn out not replayable: which deductible it has depends on the admissions before it
    static_missing_code is not null
    or (
        path_code = 'pooled' and medical_kind_code = 'inpatient'
        and (deductible_first is null or deductible_second is null or deductible_later is null)
    ) as is_possible_gap,
    settlement_id,
    original_settlement_id,
    is_reversal,
    person_key,
    area_code,
    county_code,
    institution_code,
    operator_key,
    insutype_code,
    scheme_code,
    year_code as benefit_year_code,
    settled_at,
    event_month,
    service_end_date,
    medical_kind_code,
    place_code,
    hospital_level_code,
    person_group_code,
    is_civil_servant,
    is_privileged,
    is_provincial_cadre,
    is_assisted,
    fee,
    first_self_pay,
    in_scope,
    pooled_pay_share
    {%- for name in paid_amounts() %},
    {{ name }}
    {%- endfor %}
from judged
