-- M09 M10 of the business feeds: every received row is loaded, superseded or quarantined; what stands in the lake stands
-- in core, and what core sums up stands in the mart. Per feed, month and area; feeds without an area by month.
{% set by_area = "('setl_d', 'fee_list_d', 'contribution', 'acct_inc_detl_d', 'acct_pay_detl_d')" %}
{% set by_month = by_area | replace(")", ", 'medins_clr_sum_d')") %}
with control as (
    select
        control.*,
        coalesce(county.area_code, control.county_code, 'unknown') as area_code,
        case
            when control.feed_code in ('staf_psn_clct_detl_d', 'rsdt_psn_clct_detl_d') then 'contribution'
            when control.feed_code in ('psn_insu_d', 'psn_insu_his_d') then 'spell'
            else control.feed_code
        end as feed_group
    from {{ ref('stg_intake__feed_control') }} as control
    left join {{ ref('dim_county') }} as county on control.county_code = county.county_code
),

core_sum as (
    select 'setl_d' as feed_group, area_code, event_month, sum(denominator_count) as rows_count, sum(evidence_yuan) as amount_yuan
    from {{ ref('agg_claim_check_month') }}
    where check_id = '#rows'
    group by area_code, event_month
    union all
    select 'fee_list_d', area_code, event_month, sum(denominator_count), sum(evidence_yuan)
    from {{ ref('agg_fee_line_check_month') }}
    where check_id = '#lines'
    group by area_code, event_month
    union all
    select 'contribution', area_code, event_month, sum(row_count), sum(total_yuan)
    from {{ ref('agg_contribution_month') }}
    group by area_code, event_month
    union all
    select
        case direction_code when 'income' then 'acct_inc_detl_d' else 'acct_pay_detl_d' end, area_code, event_month,
        sum(row_count), sum(amount_yuan)
    from {{ ref('agg_account_month') }}
    group by direction_code, area_code, event_month
    union all
    select 'medins_clr_sum_d', null, clearing_month, sum(row_count), sum(paid_yuan)
    from {{ ref('agg_clearing_month') }}
    group by clearing_month
    union all
    select 'med_dfr_fund_sbit_d', null, null, sum(row_count), sum(paid_yuan)
    from {{ ref('agg_payment_month') }}
    having count(*) > 0
    union all
    select 'spell', null, null, count(*), null
    from {{ ref('fct_insurance_spell') }}
    having count(*) > 0
    union all
    select 'fin_subsidy', null, null, count(*), sum(arrived_yuan)
    from {{ ref('fct_subsidy') }}
    having count(*) > 0
    union all
    select 'fund_asset', null, null, count(*), null
    from {{ ref('fct_fund_asset') }}
    having count(*) > 0
),

accepted as (
    select
        feed_group,
        case when feed_group in {{ by_area }} then area_code end as area_code,
        case when feed_group in {{ by_month }} then event_month end as event_month,
        sum(loaded_count) as rows_count,
        case when feed_group not in ('spell', 'fund_asset') then sum(loaded_yuan) end as amount_yuan
    from control
    where feed_group in (select core_sum.feed_group from core_sum) or feed_group in ('setl_d', 'fee_list_d', 'contribution')
    group by
        feed_group,
        case when feed_group in {{ by_area }} then area_code end, case when feed_group in {{ by_month }} then event_month end
),

-- Two ways to the same money: rows one by one against sums by fund, sums against the mart.
summed as (
    select
        coalesce(here.area_code, there.area_code) as area_code,
        coalesce(here.event_month, there.event_month) as event_month,
        coalesce(here.evidence_yuan, 0) as here_yuan,
        coalesce(there.fund_pay_yuan, 0) as there_yuan,
        'agg_settlement_month' as sample_key
    from (
        select area_code, event_month, sum(evidence_yuan) as evidence_yuan
        from {{ ref('agg_claim_check_month') }}
        where check_id = '#valid'
        group by area_code, event_month
    ) as here
    full outer join (
        select area_code, event_month, sum(fund_pay_yuan) as fund_pay_yuan
        from {{ ref('agg_settlement_month') }}
        group by area_code, event_month
    ) as there
        on here.area_code = there.area_code and here.event_month = there.event_month
    union all
    select
        mart.area_code,
        mart.period_code,
        sum(mart.business_yuan),
        sum(flow.amount_yuan),
        'fct_reconciliation'
    from {{ ref('fund_balance__fct_reconciliation') }} as mart
    inner join {{ ref('int_fund_balance__business_flow') }} as flow
        on
            mart.area_code = flow.area_code
            and mart.fund_code = flow.fund_code
            and mart.period_code = flow.month_code
            and flow.flow_code = 'settled'
    where mart.line_code = 'benefit_expenditure' and mart.period_type = 'month' and mart.area_kind <> 'region'
    group by mart.area_code, mart.period_code
),

finding as (
    select
        'M09' as check_id, area_code, event_month,
        received_count <> loaded_count + superseded_count + quarantined_count
        or received_yuan <> loaded_yuan + superseded_yuan + quarantined_yuan as is_violated,
        received_yuan - loaded_yuan - superseded_yuan - quarantined_yuan as evidence_yuan,
        file_name as sample_key
    from control
    union all
    select
        'M10', coalesce(accepted.area_code, core_sum.area_code), coalesce(accepted.event_month, core_sum.event_month),
        coalesce(accepted.rows_count, 0) <> coalesce(core_sum.rows_count, 0)
        or coalesce(accepted.amount_yuan, 0) <> coalesce(core_sum.amount_yuan, 0),
        coalesce(accepted.amount_yuan, 0) - coalesce(core_sum.amount_yuan, 0),
        coalesce(accepted.feed_group, core_sum.feed_group)
    from accepted
    full outer join core_sum
        on
            accepted.feed_group = core_sum.feed_group
            and coalesce(accepted.area_code, '') = coalesce(core_sum.area_code, '')
            and coalesce(accepted.event_month, '') = coalesce(core_sum.event_month, '')
    union all
    select 'M10', area_code, event_month, here_yuan <> there_yuan, here_yuan - there_yuan, sample_key
    from summed
)

select
    check_id,
    area_code,
    cast(null as varchar) as fund_code,
    case when event_month is not null then 'month' end as period_type,
    event_month as period_code,
    sum(case when is_violated then 1 else 0 end) as violated_count,
    count(*) as denominator_count,
    sum(case when is_violated then evidence_yuan end) as evidence_yuan,
    {{ sample_keys("case when is_violated then sample_key end") }} as sample_keys,
    cast(null as varchar) as reason
from finding
group by check_id, area_code, event_month
