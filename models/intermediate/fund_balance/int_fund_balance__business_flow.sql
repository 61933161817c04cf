{{ config(materialized='table') }}
{% set pay_columns = [
    'pooled_pay_yuan', 'account_pay_yuan', 'civil_servant_pay_yuan', 'supplement_pay_yuan',
    'serious_illness_pay_yuan', 'large_claim_pay_yuan', 'disabled_pay_yuan', 'assistance_pay_yuan', 'other_fund_pay_yuan',
] %}
-- What contributions, personal accounts, settlements, clearings, payments and subsidies say about a fund in a month.
with settlement as (
    select
        area_code,
        insutype_code,
        event_month
        {%- for column in pay_columns %},
        sum({{ column }}) as {{ column }}
        {%- endfor %}
    from {{ ref('agg_settlement_month') }}
    group by area_code, insutype_code, event_month
),

settled as (
    {% for column in pay_columns %}
    select
        settlement.area_code,
        coalesce(own.fund_code, other.fund_code) as fund_code,
        settlement.event_month as month_code,
        sum(settlement.{{ column }}) as amount_yuan
    from settlement
    left join {{ ref('settlement_fund') }} as own
        on settlement.insutype_code = own.insutype_code and own.pay_column = '{{ column }}'
    left join {{ ref('settlement_fund') }} as other
        on other.insutype_code = '*' and other.pay_column = '{{ column }}'
    group by settlement.area_code, coalesce(own.fund_code, other.fund_code), settlement.event_month
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- What a clearing asks for covers the side funds as well; they are paid as asked for, so their payments are taken out.
side_paid as (
    select
        payment.area_code,
        insutype.fund_code,
        payment.payment_month as month_code,
        sum(payment.paid_yuan) as amount_yuan
    from {{ ref('agg_payment_month') }} as payment
    inner join {{ ref('payment_source') }} as source
        on payment.source_code = source.source_code and source.cause_code = 'clearing'
    inner join {{ ref('insutype') }} as insutype on payment.insutype_code = insutype.insutype_code
    where payment.fund_code not in (insutype.fund_code, '310200')
    group by payment.area_code, insutype.fund_code, payment.payment_month
),

flow as (
    select
        contribution.area_code,
        insutype.fund_code,
        contribution.event_month as month_code,
        'premium' as flow_code,
        contribution.total_yuan - contribution.subsidy_yuan as amount_yuan
    from {{ ref('agg_contribution_month') }} as contribution
    inner join {{ ref('insutype') }} as insutype on contribution.insutype_code = insutype.insutype_code
    where contribution.is_collected
    union all
    select
        entry.area_code,
        '310200' as fund_code,
        entry.event_month as month_code,
        line.account_code as flow_code,
        entry.amount_yuan
    from {{ ref('agg_account_month') }} as entry
    inner join {{ ref('account_entry_line') }} as line on entry.entry_type_code = line.entry_type_code
    union all
    select
        area_code,
        '390100' as fund_code,
        arrived_month as month_code,
        'subsidy' as flow_code,
        arrived_yuan as amount_yuan
    from {{ ref('fct_subsidy') }}
    where arrived_month is not null
    union all
    select area_code, fund_code, month_code, 'settled' as flow_code, amount_yuan
    from settled
    union all
    select
        payment.area_code,
        payment.fund_code,
        payment.payment_month as month_code,
        'paid_' || coalesce(source.cause_code, 'other') as flow_code,
        payment.paid_yuan as amount_yuan
    from {{ ref('agg_payment_month') }} as payment
    left join {{ ref('payment_source') }} as source on payment.source_code = source.source_code
    where payment.payment_month is not null and payment.payment_month <> 'unknown'
    {% for item, sign in [('applied', ''), ('payable', ''), ('deduction', '-'), ('deposit', '-')] %}
    union all
    select
        clearing.area_code,
        insutype.fund_code,
        clearing.payment_month as month_code,
        '{{ item }}' as flow_code,
        {{ sign }}clearing.{{ item }}_yuan as amount_yuan
    from {{ ref('agg_clearing_month') }} as clearing
    inner join {{ ref('insutype') }} as insutype on clearing.insutype_code = insutype.insutype_code
    where clearing.payment_month is not null
    {% endfor %}
    union all
    select area_code, fund_code, month_code, 'side_paid' as flow_code, amount_yuan
    from side_paid
)

select
    area_code,
    fund_code,
    month_code,
    flow_code,
    {{ sum_money('amount_yuan') }} as amount_yuan
from flow
group by area_code, fund_code, month_code, flow_code
