{{ config(materialized='table') }}
-- M11 M12 B03: business against statement, the balance against where it is held, the large-claim fund against its rule.
with asset as (
    select
        asset.area_code,
        asset.fund_code,
        period.period_type,
        asset.period_code,
        {{ sum_money('asset.fiscal_account_yuan + asset.income_account_yuan + asset.expenditure_account_yuan'
            ~ ' + asset.advance_yuan - asset.payable_yuan - asset.loan_yuan') }} as held_yuan
    from {{ ref('fct_fund_asset') }} as asset
    inner join {{ ref('dim_period') }} as period on asset.period_code = period.period_code
    group by asset.area_code, asset.fund_code, period.period_type, asset.period_code
),

-- NMG-2007 1.2.1: so much per person and year; a part of a year is paid by month or in full.
large_claim_head as (
    select
        contribution.area_code,
        contribution.person_key,
        substr(contribution.accrual_begin_month, 1, 4) as year_code,
        max(cast(standard.parameter_value as decimal(20, 2))) as standard_yuan,
        {{ sum_money('contribution.total_yuan') }} as due_yuan,
        sum(
            cast(contribution.accrual_end_month as integer) - cast(contribution.accrual_begin_month as integer) + 1
        ) as month_count
    from {{ ref('fct_employee_contribution') }} as contribution
    inner join {{ ref('int_benefits__policy_in_force') }} as standard
        on
            contribution.area_code = standard.area_code
            and standard.parameter_code = 'large_premium_yuan'
            and standard.basis = 'stated'
            and contribution.accrual_begin_month >= {{ month_code('standard.valid_from_date') }}
            and (
                standard.valid_to_date is null
                or contribution.accrual_begin_month < {{ month_code('standard.valid_to_date') }}
            )
    where contribution.insutype_code = '330' and contribution.write_off_code = 'Z' and contribution.contribution_kind_code = 'normal'
    group by contribution.area_code, contribution.person_key, substr(contribution.accrual_begin_month, 1, 4)
),

finding as (
    select
        'M11' as check_id, area_code, fund_code, period_type, period_code,
        abs(unexplained_yuan) > tolerance_yuan as is_violated,
        unexplained_yuan as evidence_yuan,
        account_code as sample_key,
        '业务数与报表数之差有未能解释的部分' as reason
    from {{ ref('int_fund_balance__reconciliation') }}
    where is_split
    union all
    select
        'M12', asset.area_code, asset.fund_code, asset.period_type, asset.period_code,
        abs(asset.held_yuan - balance.actual_closing_yuan) > balance.precision_yuan,
        asset.held_yuan - balance.actual_closing_yuan,
        balance.statement_key,
        '各账户存放的资金与累计结余不一致'
    from asset
    inner join {{ ref('int_fund_balance__balance') }} as balance
        on
            asset.area_code = balance.area_code
            and asset.fund_code = balance.fund_code
            and asset.period_type = balance.period_type
            and asset.period_code = balance.period_code
    where balance.is_actual and balance.origin_code = 'statement' and balance.actual_closing_yuan is not null
    union all
    select
        'B03', area_code, '330100', 'year', year_code,
        due_yuan <> standard_yuan and due_yuan * 12 <> standard_yuan * month_count,
        due_yuan - standard_yuan,
        person_key,
        '大额医疗保险费应缴额与人数乘标准不一致'
    from large_claim_head
    union all
    select
        'B03', area_code, fund_code, period_type, period_code,
        expenditure_yuan > income_yuan + opening_yuan,
        income_yuan + opening_yuan - expenditure_yuan,
        statement_key,
        '大额医疗保险支出超过当期收入与结余之和'
    from {{ ref('int_fund_balance__balance') }}
    where
        fund_code = '330100' and is_actual and coalesce(rollup_kind, '') <> 'region'
        and expenditure_yuan is not null and income_yuan is not null and opening_yuan is not null
)

select
    check_id,
    area_code,
    fund_code,
    period_type,
    period_code,
    sum(case when is_violated then 1 else 0 end) as violated_count,
    count(*) as denominator_count,
    sum(case when is_violated then evidence_yuan end) as evidence_yuan,
    {{ sample_keys("case when is_violated then sample_key end") }} as sample_keys,
    min(case when is_violated then reason end) as reason
from finding
group by check_id, area_code, fund_code, period_type, period_code
