{{ config(contract={'enforced': true}) }}

-- Small (institutions x months) and without a month in the fund parts themselves, therefore made whole in every run.
select
    area_code,
    fund_code,
    insutype_code,
    payment_month,
    charge_month,
    source_code,
    count(*) as row_count,
    {{ sum_money('paid_yuan') }} as paid_yuan
from {{ ref('fct_payment') }}
group by
    area_code,
    fund_code,
    insutype_code,
    payment_month,
    charge_month,
    source_code
