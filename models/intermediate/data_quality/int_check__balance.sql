{{ config(materialized='table') }}
-- M01 M02 M03 M04 D02 D05: statements against themselves and against the period before. Kept over 150 lines: one branch a check.
with judged as (
    select
        balance.*,
        area.area_kind,
        difference.is_closing_beyond,
        difference.is_surplus_beyond,
        difference.is_income_beyond,
        difference.is_expenditure_beyond,
        difference.is_opening_beyond,
        difference.difference_yuan
    from {{ ref('int_fund_balance__balance') }} as balance
    inner join {{ ref('int_fund_balance__difference') }} as difference
        on balance.statement_key = difference.statement_key
    inner join {{ ref('dim_area') }} as area on balance.area_code = area.area_code
),

nested as (
    select
        child.statement_key,
        {{ sum_money('child.amount_yuan') }} as children_yuan,
        max(parent.amount_yuan) as parent_yuan,
        {{ rounding_tolerance('max(greatest(child.precision_yuan, parent.precision_yuan))', 'count(*)') }} as tolerance_yuan
    from {{ ref('int_fund_balance__statement_account') }} as child
    inner join {{ ref('int_fund_balance__statement_account') }} as parent
        on
            child.statement_key = parent.statement_key
            and child.measure_code = parent.measure_code
            and child.parent_account_code = parent.account_code
    where child.account_role = 'of_which' and parent.stated_yuan is not null and child.account_code not like '%:%'
    group by child.statement_key, child.measure_code, child.parent_account_code
),

over_parent as (
    select
        statement_key,
        max(children_yuan - parent_yuan) as excess_yuan
    from nested
    where children_yuan - parent_yuan > tolerance_yuan
    group by statement_key
),

-- 总计 = 上年结余 + 收入 on the left, 支出 + 滚存结余 on the right; where no balance is given, the side alone.
grand_total as (
    {% for side, balance in [('income', 'opening_yuan'), ('expenditure', 'closing_yuan')] %}
    select
        statement_key,
        grand_total_{{ side }}_yuan - (coalesce({{ side }}_total, {{ side }}_yuan) + {{ balance }}) as excess_yuan,
        grand_total_{{ side }}_yuan - coalesce({{ side }}_total, {{ side }}_yuan) as side_excess_yuan,
        {{ rounding_tolerance('precision_yuan', '(' ~ side ~ '_terms + 1)') }} as tolerance_yuan
    from {{ ref('int_fund_balance__side_total') }}
    where {{ side }}_yuan is not null and {{ balance }} is not null and grand_total_{{ side }}_yuan is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
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
        'M03', statement_key, area_code, fund_code, period_type, period_code,
        is_closing_beyond or is_surplus_beyond or is_income_beyond or is_expenditure_beyond,
        difference_yuan,
        case
            when is_closing_beyond then '列报的期末结余与计算数不一致'
            when is_surplus_beyond then '列报的当期结余与计算数不一致'
            when is_income_beyond then '列报的收入合计或小计与分项之和不一致'
            else '列报的支出合计或小计与分项之和不一致'
        end
    from judged
    where
        coalesce(
            closing_difference_yuan, stated_surplus_difference_yuan,
            stated_income_difference_yuan, stated_expenditure_difference_yuan
        ) is not null
        and not (fund_code = '310000' and coalesce(rollup_kind, '') = 'fund')
        -- The region's own statement is compared when every area has reported.
        and (coalesce(rollup_kind, '') <> 'region' or areas_reported_count >= areas_expected_count)
    union all
    select
        'M03', judged.statement_key, judged.area_code, judged.fund_code, judged.period_type, judged.period_code,
        true,
        over_parent.excess_yuan,
        '其中项之和大于上级项目'
    from judged
    inner join over_parent on judged.statement_key = over_parent.statement_key
    union all
    select
        'M03', judged.statement_key, judged.area_code, judged.fund_code, judged.period_type, judged.period_code,
        abs(grand_total.excess_yuan) > grand_total.tolerance_yuan
        and abs(grand_total.side_excess_yuan) > grand_total.tolerance_yuan,
        grand_total.excess_yuan,
        '列报的总计与收支加结余不一致'
    from judged
    inner join grand_total on judged.statement_key = grand_total.statement_key
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
    union all
    select
        'D05', statement_key, area_code, fund_code, period_type, period_code,
        abs(grand_total_income_yuan - grand_total_expenditure_yuan) > precision_yuan,
        grand_total_income_yuan - grand_total_expenditure_yuan,
        '左右两侧总计不相等'
    from judged
    where grand_total_income_yuan is not null and grand_total_expenditure_yuan is not null
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
