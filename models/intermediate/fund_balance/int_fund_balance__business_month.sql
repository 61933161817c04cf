{{ config(materialized='table') }}
-- Account lines of the business feeds, and the causes that set what was paid apart from what was settled. Benefits are
-- what was paid where payments were delivered for the month (cash basis), else what was settled. Employees whose
-- accounts are not split stand as 310000.
with flow as (
    select
        area_code,
        fund_code,
        month_code,
        {% for code in [
            'premium', 'premium_income', 'interest_income', 'transfer_income', 'transfer_expenditure', 'subsidy',
            'settled', 'paid_clearing', 'paid_direct', 'paid_deposit', 'paid_prepayment', 'paid_case_group', 'paid_other',
            'applied', 'payable', 'deduction', 'deposit', 'side_paid',
        ] %}
        {{ yuan("coalesce(sum(case when flow_code = '" ~ code ~ "' then amount_yuan end), 0)") }} as {{ code }}_yuan,
        {% endfor %}
        count(*) as flow_count
    from {{ ref('int_fund_balance__business_flow') }}
    group by area_code, fund_code, month_code
),

measured as (
    select
        standing.area_code,
        standing.fund_code,
        standing.month_code,
        standing.is_split,
        standing.is_paid,
        coalesce(flow.settled_yuan, 0) as settled_yuan,
        coalesce(
            flow.paid_clearing_yuan + flow.paid_direct_yuan + flow.paid_deposit_yuan + flow.paid_prepayment_yuan
            + flow.paid_case_group_yuan + flow.paid_other_yuan, 0
        ) as paid_yuan,
        -- Personal accounts get their part of the premium by being credited: it leaves the pooled fund.
        case
            when standing.fund_code = '310200' then coalesce(flow.premium_income_yuan, 0)
            when standing.fund_code = '310100' then coalesce(flow.premium_yuan, 0) - coalesce(credited.premium_income_yuan, 0)
            else coalesce(flow.premium_yuan, 0)
        end as premium_income_yuan,
        coalesce(flow.interest_income_yuan, 0) as interest_income_yuan,
        coalesce(flow.transfer_income_yuan, 0) as transfer_income_yuan,
        coalesce(flow.transfer_expenditure_yuan, 0) as transfer_expenditure_yuan,
        coalesce(flow.subsidy_yuan, 0) as fiscal_subsidy_income_yuan,
        -- Of what the clearings paid in the month had asked for, what is this fund's own.
        case
            when coalesce(flow.applied_yuan, 0) <> 0 then flow.applied_yuan - flow.side_paid_yuan
            else coalesce(flow.paid_clearing_yuan, 0)
        end + coalesce(flow.paid_direct_yuan, 0) as applied_yuan,
        coalesce(flow.deduction_yuan, 0) as deduction_yuan,
        coalesce(flow.deposit_yuan + flow.paid_deposit_yuan, 0) as deposit_yuan,
        coalesce(flow.payable_yuan - flow.applied_yuan + flow.paid_case_group_yuan, 0) as case_group_yuan,
        coalesce(flow.paid_prepayment_yuan, 0) as prepayment_yuan,
        coalesce(flow.paid_other_yuan, 0) as other_payment_yuan
    from {{ ref('int_fund_balance__business_standing') }} as standing
    left join flow
        on
            standing.area_code = flow.area_code
            and standing.fund_code = flow.fund_code
            and standing.month_code = flow.month_code
    left join flow as credited
        on
            standing.area_code = credited.area_code
            and credited.fund_code = '310200'
            and standing.month_code = credited.month_code
),

{% set keys = ['area_code', 'month_code', 'is_split', 'is_paid'] %}
{% set money = [
    'premium_income', 'fiscal_subsidy_income', 'interest_income', 'transfer_income', 'transfer_expenditure', 'settled',
    'paid', 'applied', 'deduction', 'deposit', 'case_group', 'prepayment', 'other_payment',
] %}
-- The employees' fund as a whole stands beside its halves, for statements that do not split it.
summed as (
    select
        {{ keys | join(', ') }}, fund_code,
        {% for item in money %}
        {{ yuan(item ~ '_yuan') }} as {{ item }}_yuan{{ ',' if not loop.last }}
        {% endfor %}
    from measured
    where is_split or fund_code not in ('310100', '310200')
    union all
    select
        {{ keys | join(', ') }}, '310000' as fund_code,
        {% for item in money %}
        {{ sum_money(item ~ '_yuan') }} as {{ item }}_yuan{{ ',' if not loop.last }}
        {% endfor %}
    from measured
    where fund_code in ('310100', '310200')
    group by {{ keys | join(', ') }}
)

select
    area_code,
    fund_code,
    month_code,
    is_split,
    is_paid,
    {% for item in money %}
    {{ item }}_yuan,
    {% endfor %}
    case when is_paid then paid_yuan else settled_yuan end as benefit_expenditure_yuan
from summed
