{#
    The parameters of the benefit replay. Each slot is a column of int_benefits__rule_set; what a kind of care does not
    need stays empty there.

    slot        column; yuan in fen, ratios in millionths, flags as they are
    codes       parameter by scheme (and, for residents, by kind: their outpatient ratios have no brackets)
    fund        the layer that the parameter belongs to, for the list of what a fund's amount rests on
#}
{% macro bracket_count() %}{{ return(4) }}{% endmacro %}

{% macro plain_parameters() %}
{{ return([
    {'slot': 'deductible_year', 'unit': 'yuan', 'layer': 'pooled', 'population': 'all', 'codes': {
        'employee chronic': 'chronic_deductible_yuan', 'employee outpatient': 'outpatient_deductible_yuan',
        'resident chronic': 'resident_chronic_deductible_yuan', 'resident outpatient': 'resident_outpatient_deductible_yuan'}},
    {'slot': 'flat_ratio', 'unit': 'ratio', 'layer': 'pooled', 'population': 'all', 'codes': {
        'resident chronic': 'resident_chronic_ratio', 'resident outpatient': 'resident_outpatient_ratio'}},
    {'slot': 'outpatient_cap', 'unit': 'yuan', 'layer': 'pooled', 'population': 'all', 'codes': {
        'employee outpatient': 'outpatient_cap_yuan', 'resident outpatient': 'resident_outpatient_cap_yuan'}},
    {'slot': 'pooled_cap', 'unit': 'yuan', 'layer': 'pooled', 'population': 'all', 'codes': {
        'employee': 'pooled_cap_yuan', 'resident': 'resident_pooled_cap_yuan'}},
    {'slot': 'large_ratio', 'unit': 'ratio', 'layer': 'large', 'population': 'all', 'codes': {
        'employee inpatient local': 'large_ratio', 'employee chronic local': 'large_ratio',
        'employee inpatient referred': 'large_referred_ratio', 'employee chronic referred': 'large_referred_ratio'}},
    {'slot': 'large_partial_ratio', 'unit': 'ratio', 'layer': 'large', 'population': 'all', 'codes': {
        'employee inpatient local': 'large_partial_ratio', 'employee inpatient referred': 'large_partial_referred_ratio'}},
    {'slot': 'large_cap', 'unit': 'yuan', 'layer': 'large', 'population': 'all', 'codes': {
        'employee inpatient': 'large_cap_yuan', 'employee chronic': 'large_cap_yuan'}},
    {'slot': 'civil_ratio', 'unit': 'ratio', 'layer': 'civil', 'population': 'civil_servant', 'codes': {
        'employee inpatient': 'civil_servant_inpatient_ratio'}},
    {'slot': 'civil_cap', 'unit': 'yuan', 'layer': 'civil', 'population': 'civil_servant', 'codes': {
        'employee inpatient': 'civil_servant_cap_yuan', 'employee outpatient': 'civil_servant_cap_yuan',
        'resident outpatient': 'civil_servant_cap_yuan'}},
    {'slot': 'privileged_inside', 'unit': 'flag', 'layer': 'civil', 'population': 'privileged', 'codes': {
        'employee inpatient': 'privileged_in_civil_servant_cap', 'employee outpatient': 'privileged_in_civil_servant_cap',
        'resident outpatient': 'privileged_in_civil_servant_cap'}},
    {'slot': 'privileged_deductible', 'unit': 'yuan', 'layer': 'privileged', 'population': 'privileged', 'codes': {
        'employee outpatient': 'privileged_outpatient_deductible_yuan',
        'resident outpatient': 'privileged_outpatient_deductible_yuan'}},
    {'slot': 'privileged_ratio', 'unit': 'ratio', 'layer': 'privileged', 'population': 'privileged', 'codes': {
        'employee outpatient': 'privileged_outpatient_ratio', 'resident outpatient': 'privileged_outpatient_ratio'}},
    {'slot': 'privileged_cap', 'unit': 'yuan', 'layer': 'privileged', 'population': 'privileged', 'codes': {
        'employee outpatient': 'privileged_outpatient_cap_yuan', 'resident outpatient': 'privileged_outpatient_cap_yuan'}},
    {'slot': 'critical_line', 'unit': 'yuan', 'layer': 'critical', 'population': 'all', 'codes': {
        'resident inpatient': 'critical_deductible_yuan', 'resident chronic': 'critical_deductible_yuan'}},
    {'slot': 'critical_ratio', 'unit': 'ratio', 'layer': 'critical', 'population': 'all', 'codes': {
        'resident inpatient': 'critical_ratio', 'resident chronic': 'critical_ratio'}},
    {'slot': 'critical_cap', 'unit': 'yuan', 'layer': 'critical', 'population': 'all', 'codes': {
        'resident inpatient': 'critical_cap_yuan', 'resident chronic': 'critical_cap_yuan'}},
    {'slot': 'assistance_ratio', 'unit': 'ratio', 'layer': 'assistance', 'population': 'all', 'codes': {
        'resident inpatient': 'assistance_ratio'}},
    {'slot': 'assistance_cap', 'unit': 'yuan', 'layer': 'assistance', 'population': 'all', 'codes': {
        'resident inpatient': 'assistance_cap_yuan'}},
    {'slot': 'cadre_ratio', 'unit': 'ratio', 'layer': 'cadre', 'population': 'provincial_cadre', 'codes': {
        '': 'provincial_cadre_ratio'}},
]) }}
{% endmacro %}

{% macro bracketed_parameters() %}
{{ return([
    {'slot': 'deductible_first', 'unit': 'yuan', 'codes': {
        'employee inpatient': 'inpatient_deductible_first_yuan', 'resident inpatient': 'resident_inpatient_deductible_first_yuan'}},
    {'slot': 'deductible_second', 'unit': 'yuan', 'codes': {
        'employee inpatient': 'inpatient_deductible_second_yuan', 'resident inpatient': 'resident_inpatient_deductible_second_yuan'}},
    {'slot': 'deductible_later', 'unit': 'yuan', 'codes': {
        'employee inpatient': 'inpatient_deductible_later_yuan', 'resident inpatient': 'resident_inpatient_deductible_later_yuan'}},
    {'slot': 'ratio', 'unit': 'ratio', 'codes': {
        'employee inpatient': 'pooled_ratio', 'resident inpatient': 'resident_pooled_ratio',
        'employee chronic': 'chronic_ratio', 'employee outpatient': 'outpatient_ratio'}},
]) }}
{% endmacro %}

{#
    The slots as rows, one for every scheme, kind of care and place that has them: slot_code, layer_code, unit_code,
    is_bracketed, population_code, scheme_code, medical_kind_code, place_code, parameter_code.
#}
{% macro benefit_slots() %}
{%- set rows = [] -%}
{%- for item in plain_parameters() + bracketed_parameters() -%}
    {%- for scheme in ('employee', 'resident') -%}
        {%- for kind in ('inpatient', 'chronic', 'outpatient') -%}
            {%- for place in ('local', 'referred', 'unreferred', 'unknown') -%}
                {%- set asked = [scheme ~ ' ' ~ kind ~ ' ' ~ place, scheme ~ ' ' ~ kind, scheme, ''] -%}
                {%- set codes = [] -%}
                {%- for key in asked if key in item.codes -%}{%- do codes.append(item.codes[key]) -%}{%- endfor -%}
                {%- if codes -%}
                    {%- do rows.append([
                        item.slot, item.get('layer', 'pooled'), item.unit, 'false' if 'layer' in item else 'true',
                        item.get('population', 'all'), scheme, kind, place, codes[0],
                    ]) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endfor %}
select
    slot_code,
    layer_code,
    unit_code,
    is_bracketed,
    population_code,
    scheme_code,
    medical_kind_code,
    place_code,
    parameter_code
from (
    values
    {%- for row in rows %}
    ('{{ row[0] }}', '{{ row[1] }}', '{{ row[2] }}', {{ row[3] }}, '{{ row[4] }}', '{{ row[5] }}', '{{ row[6] }}', '{{ row[7] }}', '{{ row[8] }}'){{ ',' if not loop.last }}
    {%- endfor %}
) as slot (
    slot_code, layer_code, unit_code, is_bracketed, population_code, scheme_code, medical_kind_code, place_code,
    parameter_code
)
{% endmacro %}
