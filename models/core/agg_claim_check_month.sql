{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    contract={'enforced': true},
    pre_hook="{{ delete_changed_months(['setl_d']) }}",
) }}

-- Every row check of a settlement in one scan; the conditions are a macro of their own (macros/checks).
{%- set claim %}
(
    select *
    from {{ ref('fct_settlement') }}
    where true{{ incremental_by_month(['setl_d']) }}
) as claim
{%- endset %}
{{ checked_month(claim, claim_conditions(), 'fund_pay_yuan') }}
