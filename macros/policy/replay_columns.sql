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
