{{ config(materialized='table') }}
-- One row per rule set: all values that a settlement of this area, scheme, kind, person group, level, place and day
-- needs, as columns in fen and millionths (an empty column: no row binds). …_gap_code says what the set lacks for everybody,
-- for an assisted person, for a civil servant, for the privileged persons' outpatient care.
with valued as (
    select
        rule_set_no,
        area_code,
        valid_from_date,
        coalesce(valid_to_date, cast('9999-12-31' as date)) as valid_until_date,
        scheme_code,
        person_group_code,
        medical_kind_code,
        hospital_level_code,
        place_code,
        {%- for item in plain_parameters() + bracketed_parameters() if item.slot not in ('ratio', 'flat_ratio') %}
        max(case when slot_code = '{{ item.slot }}' then
            {%- if item.unit == 'yuan' %} {{ fen('parameter_value') }}
            {%- elif item.unit == 'ratio' %} {{ millionths('parameter_value') }}
            {%- else %} cast(parameter_value as bigint)
            {%- endif %} end) as {{ item.slot }},
        {%- endfor %}
        {%- for number in range(1, bracket_count() + 1) %}
        max(case when slot_code in ('ratio', 'flat_ratio') and bracket_no = {{ number }} and parameter_value is not null
            then {{ fen('coalesce(lower_yuan, 0)') }} end) as lower_{{ number }},
        max(case when slot_code in ('ratio', 'flat_ratio') and bracket_no = {{ number }}
            then {{ fen('upper_yuan') }} end) as upper_{{ number }},
        max(case when slot_code in ('ratio', 'flat_ratio') and bracket_no = {{ number }}
            then {{ millionths('parameter_value') }} end) as ratio_{{ number }},
        {%- endfor %}
        count(case when slot_code in ('ratio', 'flat_ratio') and parameter_value is not null then 1 end) as bracket_count,
        max(case when slot_code in ('ratio', 'flat_ratio') then {{ millionths('parameter_value') }} end) as highest_ratio
    from {{ ref('int_benefits__rule_value') }}
    group by
        rule_set_no, area_code, valid_from_date, valid_to_date, scheme_code, person_group_code, medical_kind_code,
        hospital_level_code, place_code
)

select
    valued.*,
    case
        when medical_kind_code <> 'inpatient' and deductible_year is null then 'deductible'
        when
            medical_kind_code = 'inpatient' and deductible_first is null and deductible_second is null
            and deductible_later is null
            then 'deductible'
        when bracket_count = 0 then case when place_code = 'unknown' then 'place_unknown' else 'ratio' end
        when bracket_count > {{ bracket_count() }} then 'bracket_count'
        when medical_kind_code = 'outpatient' and outpatient_cap is null then 'outpatient_cap'
        when pooled_cap is null then 'pooled_cap'
        when
            scheme_code = 'resident' and medical_kind_code <> 'outpatient'
            and (critical_line is null or critical_ratio is null or critical_cap is null)
            then 'critical'
    end as gap_code,
    case
        when
            scheme_code = 'resident' and medical_kind_code = 'inpatient'
            and (assistance_ratio is null or assistance_cap is null)
            then 'assistance'
    end as assisted_gap_code,
    case
        when
            scheme_code = 'employee' and medical_kind_code = 'inpatient' and (civil_ratio is null or civil_cap is null)
            then 'civil'
    end as civil_gap_code,
    case
        when privileged_deductible is null then 'privileged_deductible'
        when privileged_cap is null then 'privileged_cap'
        when privileged_inside = 1 and civil_cap is null then 'civil_cap'
    end as privileged_gap_code,
    -- one that may turn out not replayable: which deductible it has depends on the admissions before it
    medical_kind_code = 'inpatient' and (deductible_first is null or deductible_second is null or deductible_later is null)
        as has_deductible_gap
from valued
