{{ config(contract={'enforced': true}) }}

-- A clearing and its payment are counted together: the payment's month tells which clearings a month's money settled.
-- Small (institutions x months) and rewritten by every payment, therefore made whole in every run.
with payment as (
    -- Code list DFR_SOUC: 201 = payment of a clearing, whose number is the payment's source number.
    select
        source_id as clearing_id,
        min(event_month) as payment_month,
        {{ sum_money('paid_yuan') }} as posted_yuan
    from {{ ref('stg_med_dfr_d') }}
    where source_code = '201'
    group by source_id
)

select
    clearing.area_code,
    clearing.insutype_code,
    clearing.clearing_type_code,
    clearing.clearing_month,
    payment.payment_month,
    count(*) as row_count,
    {{ sum_money('clearing.medical_fee_yuan') }} as medical_fee_yuan,
    {{ sum_money('clearing.applied_yuan') }} as applied_yuan,
    {{ sum_money('coalesce(clearing.payable_yuan, clearing.applied_yuan)') }} as payable_yuan,
    {{ sum_money('clearing.deduction_yuan') }} as deduction_yuan,
    {{ sum_money('coalesce(clearing.deposit_yuan, 0)') }} as deposit_yuan,
    {{ sum_money('clearing.account_yuan') }} as account_yuan,
    {{ sum_money('clearing.paid_yuan') }} as paid_yuan,
    {{ sum_money('coalesce(payment.posted_yuan, 0)') }} as posted_yuan
from {{ ref('fct_clearing') }} as clearing
left join payment on clearing.clearing_id = payment.clearing_id
group by
    clearing.area_code,
    clearing.insutype_code,
    clearing.clearing_type_code,
    clearing.clearing_month,
    payment.payment_month
