{{ config(materialized='table') }}
-- R01 R02 R03: what was paid is what the rules say; no fund pays a person more than its yearly cap (NMG-2007 1.1.3, 1.2.2,
-- 1.4.2); without a referral no more than without a referral (1.2.3). Judged on what could be replayed; aggregates of the
-- benefit years.
select
    'R01' as check_id,
    area_code,
    fund_code,
    'month' as period_type,
    event_month as period_code,
    sum(difference_count) as violated_count,
    sum(case when status_code = 'replayed' then settlement_count else 0 end) as denominator_count,
    sum(difference_yuan) as evidence_yuan,
    max(difference_keys) as sample_keys
from {{ ref('benefits__fct_benefit_month') }}
where fund_code <> 'OFF130'
group by area_code, fund_code, event_month
union all
select
    'R02' as check_id,
    area_code,
    fund_code,
    'year' as period_type,
    benefit_year_code as period_code,
    sum(over_cap_count) as violated_count,
    sum(person_count) as denominator_count,
    sum(over_cap_yuan) as evidence_yuan,
    max(over_cap_keys) as sample_keys
from {{ ref('benefits__fct_benefit_cap') }}
group by area_code, fund_code, benefit_year_code
union all
select
    'R03' as check_id,
    area_code,
    fund_code,
    'month' as period_type,
    event_month as period_code,
    sum(unreferred_excess_count) as violated_count,
    sum(unreferred_count) as denominator_count,
    sum(unreferred_excess_yuan) as evidence_yuan,
    max(case when unreferred_excess_count > 0 then difference_keys end) as sample_keys
from {{ ref('benefits__fct_benefit_month') }}
where fund_code <> 'OFF130' and unreferred_count > 0
group by area_code, fund_code, event_month
