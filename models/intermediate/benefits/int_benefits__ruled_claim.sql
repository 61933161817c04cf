{{ config(materialized='table') }}
-- The settlements to be worked out (int_benefits__claim), each with its rule set, its path and
-- what it lacks whatever the order of the year. A reversal is of its original's year; reversal_fault_code says why it takes
-- nothing back.
with claim as (
    select
        claim.*,
        coalesce(reversal.benefit_year_code, claim.benefit_year_code) as year_code,
        coalesce(reversal.layer_path_code, claim.layer_path_code) as followed_path_code,
        case
            when not claim.is_reversal or reversal.is_effective then cast(null as varchar)
            when reversal.is_after_original then 'reversed_before'
            else 'no_original'
        end as reversal_fault_code
    from {{ ref('int_benefits__claim') }} as claim
    left join {{ ref('int_benefits__reversal') }} as reversal on claim.settlement_no = reversal.settlement_no
),

-- One rule set at most: ranges of days of an area do not overlap.
ruled as (
    select
        claim.*,
        rule.rule_set_no,
        case
            when claim.followed_path_code = 'cadre' then 'cadre'
            when rule.privileged_ratio is not null and claim.is_privileged and claim.medical_kind_code = 'outpatient'
                then 'privileged'
            else 'pooled'
        end as path_code,
        rule.cadre_ratio,
        rule.gap_code,
        rule.assisted_gap_code,
        rule.civil_gap_code,
        rule.privileged_gap_code,
        rule.has_deductible_gap
    from claim
    left join {{ ref('int_benefits__rule_set') }} as rule
        on
            case when claim.followed_path_code in ('pooled', 'cadre') then claim.area_code end = rule.area_code
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
            when fact_missing_code is not null and not (followed_path_code = 'cadre' and fact_missing_code = 'kind')
                then fact_missing_code
            when followed_path_code = 'cadre' then case when cadre_ratio is null then 'cadre_ratio' end
            when path_code = 'privileged' then privileged_gap_code
            when rule_set_no is null then 'deductible'
            when gap_code is not null then gap_code
            when is_assisted and assisted_gap_code is not null then assisted_gap_code
            when is_civil_servant then civil_gap_code
        end as static_missing_code
    from ruled
)

select
    settlement_no,
    reversal_fault_code,
    followed_path_code as layer_path_code,
    path_code,
    rule_set_no,
    static_missing_code,
    static_missing_code is not null or (path_code = 'pooled' and has_deductible_gap) as is_possible_gap,
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
