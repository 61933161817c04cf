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
