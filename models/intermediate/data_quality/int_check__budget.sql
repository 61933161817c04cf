-- B01 B02: a budget in deficit, of the year or cumulated (AR-POOL-DRAFT 4, 征求意见稿: 原则上不编制).
with budget as (
    select
        statement_key, area_code, fund_code, period_type, period_code,
        surplus_yuan, actual_closing_yuan
    from {{ ref('int_fund_balance__balance') }}
    where statement_code in ('budget', 'revised_budget') and rollup_kind is null
),

finding as (
    select
        'B01' as check_id, area_code, fund_code, period_type, period_code,
        surplus_yuan < 0 as is_violated,
        surplus_yuan as evidence_yuan,
        statement_key,
        '预算当年收不抵支' as reason
    from budget
    where surplus_yuan is not null
    union all
    select
        'B02', area_code, fund_code, period_type, period_code,
        actual_closing_yuan < 0,
        actual_closing_yuan,
        statement_key,
        '预算期末滚存结余为负'
    from budget
    where actual_closing_yuan is not null
)

select
    check_id,
    area_code,
    fund_code,
    period_type,
    period_code,
    sum(case when is_violated then 1 else 0 end) as violated_count,
    count(*) as denominator_count,
    -- Budget and revised budget of one year are not added: the larger shortfall is the evidence.
    min(case when is_violated then evidence_yuan end) as evidence_yuan,
    min(case when is_violated then statement_key end) as sample_keys,
    min(case when is_violated then reason end) as reason
from finding
group by check_id, area_code, fund_code, period_type, period_code
