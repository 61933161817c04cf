{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_relinked_months() }}",
) }}
{% set kept = ['insutype_code', 'special_person_code', 'medical_type_code', 'settlement_type_code'] %}
{% set amounts = [
    'medical_fee', 'own_expense', 'over_limit', 'preself_pay', 'in_scope', 'pooled_pay', 'civil_servant_pay',
    'supplement_pay', 'serious_illness_pay', 'large_claim_pay', 'disabled_pay', 'assistance_pay', 'other_fund_pay',
    'fund_pay', 'person_pay', 'account_pay', 'cash_pay',
] %}
{% set reversals = "refund_code = '1' and valid_code = '1' and original_settlement_id is not null" %}
{% set months = relinked_months() %}
-- Reversals linked to what they take back, once for all who follow them; by the month of the reversal. What is taken back may
-- lie in any other month (macros/engine/relinked_months.sql).
with reversal as (
    select
        settlement_id,
        original_settlement_id,
        person_key,
        event_month,
        settled_at,
        {{ benefit_year_of('settlement') }} as benefit_year_code,
        county_code,
        {{ kept | join(', ') }},
        {{ amounts | join('_yuan, ') }}_yuan,
        delivery_no,
        file_no,
        row_id
    from {{ ref('stg_setl_d') }} as settlement
    where {{ reversals }}{{ in_months(months) }}
),

original as (
    select
        settlement_id,
        original_settlement_id,
        person_key,
        event_month,
        settled_at,
        {{ benefit_year_of('settlement') }} as benefit_year_code,
        {{ kept | join(', ') }},
        {{ amounts | join('_yuan, ') }}_yuan,
        valid_code,
        refund_code,
        delivery_no,
        file_no,
        row_id
    from {{ ref('stg_setl_d') }} as settlement
    where true{{ in_months(months_taken_back(reversals, months)) }}
)

select
    reversal.settlement_id,
    reversal.original_settlement_id,
    reversal.person_key,
    reversal.event_month,
    reversal.settled_at,
    reversal.benefit_year_code,
    reversal.county_code,
    reversal.delivery_no,
    reversal.file_no,
    reversal.row_id,
    original.delivery_no as original_delivery_no,
    original.file_no as original_file_no,
    original.row_id as original_row_id,
    original.person_key as original_person_key,
    original.event_month as original_month,
    original.settled_at as original_settled_at,
    original.benefit_year_code as original_benefit_year_code,
    {%- for column in kept %}
    reversal.{{ column }},
    original.{{ column }} as original_{{ column }},
    {%- endfor %}
    -- What is left of the fund's payment, and whether anything is left of any amount.
    reversal.fund_pay_yuan + coalesce(original.fund_pay_yuan, 0) as left_fund_pay_yuan,
    coalesce(
        {%- for amount in amounts %}
        {{ 'or ' if not loop.first }}reversal.{{ amount }}_yuan <> -original.{{ amount }}_yuan
        {%- endfor %},
        false
    ) as is_anything_left,
    -- A reversal of a reversal, or of what is not valid, takes nothing back.
    coalesce(original.valid_code = '1', false)
    and not (coalesce(original.refund_code = '1', false) and original.original_settlement_id is not null) as has_original
from reversal
left join original on reversal.original_settlement_id = original.settlement_id
