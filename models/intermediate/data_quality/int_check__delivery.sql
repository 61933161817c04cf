{{ config(materialized='table') }}
-- D01 D03 D04 D06 D15: what the deliveries themselves show.
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

-- Accounts that had an amount in an earlier delivery of a statement, and whether its latest delivery has them still.
delivered_before as (
    select
        area_code, fund_code, period_type, period_code, reporter_code, statement_code,
        max(account_name) as account_name,
        not bool_or(is_latest) as is_lost,
        -- of what one delivery says twice the larger, so that the same input gives the same output
        max_by(amount_yuan, row(delivery_no, amount_yuan)) as amount_yuan
    from line
    group by
        area_code, fund_code, period_type, period_code, reporter_code, statement_code,
        measure_code, account_code, parent_account_code, case when account_code is null then account_name end
    having bool_or(not is_latest and amount_yuan <> 0)
),

shortened as (
    select
        delivered_before.*,
        delivered_before.is_lost and avg(cast(delivered_before.is_lost as integer)) over (
            partition by
                delivered_before.area_code, delivered_before.fund_code, delivered_before.period_type,
                delivered_before.period_code, delivered_before.reporter_code, delivered_before.statement_code
        ) > parameter.parameter_value as is_violated
    from delivered_before
    inner join {{ ref('check_parameter') }} as parameter on parameter.parameter_code = 'lost_account_share'
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
    union all
    select
        'D15', area_code, fund_code, period_type, period_code,
        is_violated,
        case when is_violated then amount_yuan end,
        concat_ws('|', reporter_code, statement_code, account_name),
        '重新报送的报表少了以前有金额的科目，疑似文件不完整；确已取消的科目请补报为 0'
    from shortened
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
