{{ config(materialized='table') }}
-- D01 D03 D04 D06: what the deliveries themselves show.
with line as (
    select
        line.*,
        coalesce(line.inactive_reason, '') <> 'newer_delivery' as is_latest
    from {{ ref('fct_statement_line') }} as line
),

repeated as (
    select
        area_code, fund_code, period_type, period_code,
        concat_ws('|', reporter_code, statement_code, account_code, measure_code) as sample_key,
        coalesce(min(amount_yuan) <> max(amount_yuan), false) as is_different,
        max(amount_yuan) - min(amount_yuan) as evidence_yuan
    from line
    where is_latest
    group by
        area_code, fund_code, period_type, period_code, reporter_code, statement_code,
        account_code, parent_account_code, measure_code
),

finding as (
    select
        'D01' as check_id, area_code, fund_code, period_type, period_code,
        is_different as is_violated,
        case when is_different then evidence_yuan end as evidence_yuan,
        sample_key,
        '同一批次内同一科目给出不同金额，以最后一次为准' as reason
    from repeated
    union all
    select
        'D03', line.area_code, line.fund_code, line.period_type, line.period_code,
        area.area_kind = 'other' and area.sort_order >= 1000,
        cast(null as decimal(20, 2)),
        area.area_name,
        '未知地区'
    from line
    inner join {{ ref('dim_area') }} as area on line.area_code = area.area_code
    where line.is_active
    union all
    select
        'D04', area_code, fund_code, period_type, period_code,
        is_unknown_account,
        case when is_unknown_account then amount_yuan end,
        account_name,
        '未知科目'
    from line
    where is_active
    union all
    select
        'D06', area_code, fund_code, period_type, period_code,
        inactive_reason = 'area_reported_itself',
        case when inactive_reason = 'area_reported_itself' then amount_yuan end,
        concat_ws('|', reporter_code, account_code),
        '旗县与盟市同时报送，采用盟市的报表'
    from line
    where is_latest and (is_active or inactive_reason = 'area_reported_itself')
)

select
    check_id,
    area_code,
    fund_code,
    period_type,
    period_code,
    sum(case when is_violated then 1 else 0 end) as violated_count,
    count(*) as denominator_count,
    sum(evidence_yuan) as evidence_yuan,
    min(case when is_violated then sample_key end) as sample_keys,
    min(case when is_violated then reason end) as reason
from finding
group by check_id, area_code, fund_code, period_type, period_code
