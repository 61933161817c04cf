{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    contract={'enforced': true},
    pre_hook="{{ delete_changed_reversal_months() }}",
) }}
{% set amounts = [
    'medical_fee', 'own_expense', 'over_limit', 'preself_pay', 'in_scope', 'pooled_pay', 'civil_servant_pay',
    'supplement_pay', 'serious_illness_pay', 'large_claim_pay', 'disabled_pay', 'assistance_pay', 'other_fund_pay',
    'fund_pay', 'person_pay', 'account_pay', 'cash_pay',
] %}
-- I11: a reversal takes back its settlement to the cent, once (national platform dictionary 1.3). The settlement may lie
-- in any other month, so that a change may reach months before its own. Months are literals: only their files are read.
with reversal as (
    select
        settlement_id,
        original_settlement_id,
        area_code,
        insutype_code,
        event_month,
        {% for amount in amounts %}
        {{ amount }}_yuan{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('fct_settlement') }}
    where is_reversal and is_valid{{ in_changed_reversal_months() }}
),

original as (
    select
        settlement_id,
        {% for amount in amounts %}
        {{ amount }}_yuan{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('stg_setl_d') }}
    where true{{ in_original_months() }}
),

link as (
    select
        settlement_id,
        original_month,
        count(*) over (partition by original_settlement_id) as reversal_count
    from {{ ref('fct_reversal') }}
),

judged as (
    select
        reversal.area_code,
        insutype.fund_code,
        reversal.event_month,
        reversal.settlement_id,
        link.original_month,
        link.reversal_count > 1 as is_repeated,
        reversal.fund_pay_yuan + coalesce(original.fund_pay_yuan, 0) as evidence_yuan,
        original.settlement_id is null
        or link.reversal_count > 1
        {% for amount in amounts %}
        or reversal.{{ amount }}_yuan <> -original.{{ amount }}_yuan
        {% endfor %} as is_violated
    from reversal
    inner join link on reversal.settlement_id = link.settlement_id
    left join {{ ref('insutype') }} as insutype on reversal.insutype_code = insutype.insutype_code
    left join original on reversal.original_settlement_id = original.settlement_id
)

select
    area_code,
    fund_code,
    event_month,
    {{ string_list('original_month', ' ') }} as original_months,
    max(case when is_repeated then 1 else 0 end) = 1 as is_repeated,
    cast(sum(case when is_violated then 1 else 0 end) as bigint) as violated_count,
    count(*) as denominator_count,
    {{ sum_money('case when is_violated then evidence_yuan end') }} as evidence_yuan,
    {{ sample_keys("case when is_violated then settlement_id end") }} as sample_keys
from judged
group by area_code, fund_code, event_month
