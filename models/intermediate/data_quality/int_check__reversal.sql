{{ config(materialized='table') }}
{% set amounts = [
    'medical_fee', 'own_expense', 'over_limit', 'preself_pay', 'in_scope', 'pooled_pay', 'civil_servant_pay',
    'supplement_pay', 'serious_illness_pay', 'large_claim_pay', 'disabled_pay', 'assistance_pay', 'other_fund_pay',
    'fund_pay', 'person_pay', 'account_pay', 'cash_pay',
] %}
-- I11: a reversal takes back its settlement to the cent, once (national platform dictionary 1.3). The settlement may lie
-- in an earlier month.
with reversal as (
    select
        settlement_id,
        original_settlement_id,
        area_code,
        insutype_code,
        event_month,
        count(*) over (partition by original_settlement_id) as reversal_count,
        {% for amount in amounts %}
        {{ amount }}_yuan{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('fct_settlement') }}
    where is_reversal and is_valid
),

judged as (
    select
        reversal.area_code,
        insutype.fund_code,
        reversal.event_month,
        reversal.settlement_id,
        reversal.fund_pay_yuan + coalesce(original.fund_pay_yuan, 0) as evidence_yuan,
        original.settlement_id is null
        or reversal.reversal_count > 1
        {% for amount in amounts %}
        or reversal.{{ amount }}_yuan <> -original.{{ amount }}_yuan
        {% endfor %} as is_violated
    from reversal
    left join {{ ref('insutype') }} as insutype on reversal.insutype_code = insutype.insutype_code
    left join {{ ref('stg_setl_d') }} as original on reversal.original_settlement_id = original.settlement_id
)

select
    'I11' as check_id,
    area_code,
    fund_code,
    'month' as period_type,
    event_month as period_code,
    sum(case when is_violated then 1 else 0 end) as violated_count,
    count(*) as denominator_count,
    sum(case when is_violated then evidence_yuan end) as evidence_yuan,
    {{ sample_keys("case when is_violated then settlement_id end") }} as sample_keys,
    cast(null as varchar) as reason
from judged
group by area_code, fund_code, event_month
