-- B06 B07: reserve months outside the moderate band of the warning rules; spending ahead of its pace.
with band as (
    select
        fund_code,
        max(case when operator = '<' then threshold_value end) as reserve_low,
        max(case when operator = '>' then threshold_value end) as reserve_high
    from {{ ref('warning_threshold') }}
    where rule_code = 'W01'
    group by fund_code
),

finding as (
    select
        'B06' as check_id,
        balance.area_code,
        balance.fund_code,
        balance.period_type,
        balance.period_code,
        reserve.reserve_months < band.reserve_low or reserve.reserve_months > band.reserve_high as is_violated,
        balance.actual_closing_yuan as evidence_yuan
    from {{ ref('int_fund_balance__balance') }} as balance
    inner join {{ ref('int_fund_balance__reserve') }} as reserve on balance.statement_key = reserve.statement_key
    inner join band on balance.fund_code = band.fund_code
    where balance.is_actual and reserve.reserve_months is not null
    {% for leg in ('growth', 'budget') %}
    union all
    select
        'B07' as check_id,
        area_code,
        fund_code,
        period_type,
        period_code,
        is_violated,
        evidence_yuan
    from {{ ref('int_data_quality__' ~ leg ~ '_pace') }}
    {% endfor %}
)

select
    check_id,
    area_code,
    fund_code,
    period_type,
    period_code,
    sum(case when is_violated then 1 else 0 end) as violated_count,
    count(*) as denominator_count,
    max(case when is_violated then evidence_yuan end) as evidence_yuan,
    min(case when is_violated then concat_ws('|', area_code, fund_code, period_code) end) as sample_keys,
    cast(null as varchar) as reason
from finding
group by check_id, area_code, fund_code, period_type, period_code
