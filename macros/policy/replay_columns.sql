{# What a settlement says was paid (or, the deductible, borne), in the order of the replay's row. #}
{% macro paid_amounts() %}
{{ return([
    'deductible_paid', 'pooled_pay', 'large_claim_pay', 'civil_servant_pay', 'serious_illness_pay', 'assistance_pay',
    'supplement_pay', 'disabled_pay', 'other_fund_pay',
]) }}
{% endmacro %}

{# What the arithmetic of one settlement gives, in its order: see benefit_steps.sql. #}
{% macro worked_amounts() %}
{{ return([
    'deductible_standard', 'deductible', 'wanted', 'pooled_limit', 'pooled', 'moved', 'moved_partial', 'moved_partial_whole',
    'large_wanted', 'large', 'civil_wanted', 'civil', 'critical', 'assistance', 'off_fund',
]) }}
{% endmacro %}

{# What the arithmetic of one settlement asks of the ruled claim, beside its rule set's columns. #}
{% macro claim_facts() %}
{{ return([
    'scheme_code', 'path_code', 'medical_kind_code', 'place_code', 'is_civil_servant', 'is_assisted', 'fee',
    'first_self_pay', 'in_scope', 'rule_set_no', 'static_missing_code',
]) }}
{% endmacro %}

{# A settlement's number in the replay, over all deliveries: its file's in int_benefits__settlement_file, its sheet's and row's. #}
{% macro settlement_no_of(row_id, file) -%}
    {{ file }}.settlement_file_no * 1099511627776 + {{ row_id }} % 1099511627776
{%- endmacro %}

{# What a row of the replay is about and how it was judged: all that is no amount. #}
{% macro replay_facts() %}
{{ return([
    'settlement_id', 'original_settlement_id', 'is_reversal', 'person_key', 'area_code', 'county_code', 'institution_code',
    'operator_key', 'insutype_code', 'scheme_code', 'benefit_year_code', 'settled_at', 'event_month', 'service_end_date',
    'medical_kind_code', 'place_code', 'hospital_level_code', 'person_group_code', 'is_civil_servant', 'is_privileged',
    'is_provincial_cadre', 'is_assisted', 'path_code', 'rule_set_no', 'status_code', 'reason_code', 'blocked_by_id',
    'has_difference',
]) }}
{% endmacro %}

{# A row of the replay, as a build keeps it. #}
{% macro replay_columns() %}
{%- set columns = replay_facts() + ['fee', 'in_scope', 'first_self_pay', 'pooled_pay_share'] + paid_amounts() -%}
{%- for name in worked_amounts() %}{% do columns.append('due_' ~ name) %}{% endfor -%}
{{ return(columns) }}
{% endmacro %}

{# What of a row of the replay can be another while the settlement is the same version, with what names the row. #}
{% macro replay_results() %}
{%- set columns = [
    'settlement_id', 'benefit_year_code', 'event_month', 'path_code', 'rule_set_no', 'status_code', 'reason_code', 'blocked_by_id',
] -%}
{%- for name in worked_amounts() %}{% do columns.append('due_' ~ name) %}{% endfor -%}
{{ return(columns) }}
{% endmacro %}
