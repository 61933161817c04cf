{{ config(materialized='table') }}
-- M01 M02 M04 D02: balances against themselves, the period before and the halves of a fund.
with judged as (
    select
        balance.*,
        difference.is_closing_beyond,
        difference.is_surplus_beyond,
        difference.is_income_beyond,
        difference.is_expenditure_beyond,
        difference.is_opening_beyond,
        difference.difference_yuan
    from {{ ref('int_fund_balance__balance') }} as balance
    inner join {{ ref('int_fund_balance__difference') }} as difference
        on balance.statement_key = difference.statement_key
),

stepped as (
    select
        statement_key,
        area_code,
        fund_code,
        period_type,
        period_code,
        rollup_kind,
        greatest(income_yuan, expenditure_yuan) as size_yuan,
        lag(greatest(income_yuan, expenditure_yuan)) over (
            partition by area_code, fund_code, period_type, statement_code
            order by period_index
        ) as prior_size_yuan
    from {{ ref('int_fund_balance__balance') }}
),

finding as (
    select
        'M01' as check_id, statement_key, area_code, fund_code, period_type, period_code,
        closing_yuan <> opening_yuan + surplus_yuan
        or surplus_yuan <> coalesce(income_yuan - expenditure_yuan, surplus_yuan) as is_violated,
        closing_yuan - (opening_yuan + surplus_yuan) as evidence_yuan,
        '计算的期末结余不等于期初结余加收入减支出' as reason
    from judged
    where closing_yuan is not null and opening_yuan is not null and surplus_yuan is not null
    union all
    select
        'M02', statement_key, area_code, fund_code, period_type, period_code,
        is_opening_beyond,
        opening_restatement_yuan,
        '期初结余与上期期末结余不一致'
    from judged
    where
        opening_restatement_yuan is not null and statement_code in ('execution', 'final')
        and coalesce(rollup_kind, '') <> 'region'
    union all
    select
        'M04', statement_key, area_code, fund_code, period_type, period_code,
        is_closing_beyond or is_surplus_beyond or is_income_beyond or is_expenditure_beyond,
        difference_yuan,
        '职工基金与统筹基金、个人账户之和不一致'
    from judged
    where fund_code = '310000' and rollup_kind = 'fund' and is_given is not null
    union all
    select
        'D02', statement_key, area_code, fund_code, period_type, period_code,
        size_yuan / prior_size_yuan > 3000 or prior_size_yuan / size_yuan > 3000,
        size_yuan,
        '金额与上期相差约一万倍，疑为元与万元混用'
    from stepped
    where size_yuan > 0 and prior_size_yuan > 0 and rollup_kind is null
)

select
    check_id,
    area_code,
    fund_code,
    period_type,
    period_code,
    sum(case when is_violated then 1 else 0 end) as violated_count,
    count(*) as denominator_count,
    -- Several findings on one statement are not added: the largest, whichever way it goes, is the evidence.
    case
        when max(case when is_violated then evidence_yuan end) >= -min(case when is_violated then evidence_yuan end)
            then max(case when is_violated then evidence_yuan end)
        else min(case when is_violated then evidence_yuan end)
    end as evidence_yuan,
    min(case when is_violated then statement_key end) as sample_keys,
    min(case when is_violated then reason end) as reason
from finding
group by check_id, area_code, fund_code, period_type, period_code
