{{ config(materialized='table') }}
-- One row per rule set: all values that a settlement of this area, scheme, kind, person group, level, place and day
-- needs, as columns in fen and millionths (an empty column: no row binds).
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
