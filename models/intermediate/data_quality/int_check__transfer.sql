{{ config(materialized='table') }}
-- M06: what the areas hand over is what the adjustment fund receives, and the other way round; by scheme, on the region.
-- Parts stated in 万元 differ by their rounding: up to the sum of the parts' precisions is no violation.
with judged as (
    select
        part.area_code,
        part.fund_code,
        part.period_type,
        part.period_code,
        part.rollup_key,
        elimination.part_scheme_code,
        elimination.received_account_code,
        elimination.received_yuan,
        elimination.handed_yuan,
        case
            when abs(elimination.received_yuan - elimination.handed_yuan) > sum(balance.precision_yuan) then 1
            else 0
        end as is_violated,
        max(case when part.part_fund_code in ('ADJ310', 'ADJ390') then 1 else 0 end) as has_adjustment_fund
    from {{ ref('int_fund_balance__rollup_elimination') }} as elimination
    inner join {{ ref('int_fund_balance__rollup_part') }} as part
        on
            elimination.rollup_key = part.rollup_key
            and elimination.part_scheme_code = part.part_scheme_code
    inner join {{ ref('int_fund_balance__leaf_balance') }} as balance on part.part_key = balance.statement_key
    where part.fund_code in ('310100', '310000', '390100')
    group by
        part.area_code, part.fund_code, part.period_type, part.period_code, part.rollup_key,
        elimination.part_scheme_code, elimination.received_account_code,
        elimination.received_yuan, elimination.handed_yuan
)

select
    'M06' as check_id,
    area_code,
    fund_code,
    period_type,
    period_code,
    sum(is_violated) as violated_count,
    count(*) as denominator_count,
    sum(handed_yuan - received_yuan) as evidence_yuan,
    min(case when is_violated = 1 then rollup_key end) as sample_keys,
    min(case
        when is_violated = 1 and received_account_code = 'subordinate_remittance_income'
            then '各统筹区上解上级支出与调剂金下级上解收入不相等'
        when is_violated = 1 then '补助下级支出与各统筹区上级补助收入不相等'
    end) as reason
from judged
where has_adjustment_fund = 1
group by area_code, fund_code, period_type, period_code
