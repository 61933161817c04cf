{{ config(materialized='table') }}
-- M03 D05: what a statement states against its own parts.
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

finding as (
    select
        'M03' as check_id, statement_key, area_code, fund_code, period_type, period_code,
        is_closing_beyond or is_surplus_beyond or is_income_beyond or is_expenditure_beyond as is_violated,
        difference_yuan as evidence_yuan,
        case
            when is_closing_beyond then '列报的期末结余与计算数不一致'
            when is_surplus_beyond then '列报的当期结余与计算数不一致'
            when is_income_beyond then '列报的收入合计或小计与分项之和不一致'
            else '列报的支出合计或小计与分项之和不一致'
        end as reason
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
