{{ config(materialized='table') }}
-- Kept over 150 lines: one branch a check.
-- D08 D12 D13 D14 S01 S03: what the sums by month show: codes that no list knows, a month ten thousand times another, months
-- after the last one reported, fee lines that find no settlement, subsidies against heads and standard, arrivals against what is due.
with parameter as (
    select
        max(case when parameter_code = 'jump_factor' then parameter_value end) as jump_factor,
        max(case when parameter_code = 'jump_row_count' then parameter_value end) as jump_row_count,
        max(case when parameter_code = 'arrival_tolerance' then parameter_value end) as arrival_tolerance
    from {{ ref('check_parameter') }}
),

-- No clock: what lies after the last month that the feeds report is the future.
horizon as (
    select max(month_code) as last_month
    from {{ ref('dim_business_month') }}
),

month_sum as (
    select
        '结算' as feed_zh, area_code, insutype_code, event_month,
        sum(denominator_count) as row_count, sum(evidence_yuan) as amount_yuan
    from {{ ref('agg_claim_check_month') }}
    where check_id = '#rows'
    group by area_code, insutype_code, event_month
    union all
    select '缴费', area_code, insutype_code, event_month, sum(denominator_count), sum(evidence_yuan)
    from {{ ref('agg_contribution_check_month') }}
    where check_id = '#rows'
    group by area_code, insutype_code, event_month
    union all
    select '个人账户', area_code, '310', event_month, sum(row_count), sum(amount_yuan)
    from {{ ref('agg_account_month') }}
    group by area_code, event_month
),

placed as (
    select
        month_sum.*,
        insutype.fund_code,
        abs(month_sum.amount_yuan) / month_sum.row_count as mean_yuan,
        lag(abs(month_sum.amount_yuan) / month_sum.row_count) over series as prior_mean_yuan,
        lag(month_sum.row_count) over series as prior_row_count
    from month_sum
    left join {{ ref('insutype') }} as insutype on month_sum.insutype_code = insutype.insutype_code
    window
        series as (
            partition by month_sum.feed_zh, month_sum.area_code, month_sum.insutype_code
            order by month_sum.event_month
        )
),

subsidy as (
    select
        area_code,
        year_code,
        government_level_code,
        sum(head_count * standard_yuan) as standard_due_yuan,
        sum(due_yuan) as due_yuan,
        sum(coalesce(arrived_yuan, 0)) as arrived_yuan
    from {{ ref('fct_subsidy') }}
    group by area_code, year_code, government_level_code
),

finding as (
    {% for code, kind, relation, rows, yuan in [
        ('insutype_code', '险种', 'agg_settlement_month', 'settlement_count', 'fund_pay_yuan'),
        ('medical_kind_code', '医疗类别', 'agg_settlement_month', 'settlement_count', 'fund_pay_yuan'),
        ('insutype_code', '险种', 'agg_contribution_month', 'row_count', 'total_yuan'),
        ('contribution_kind_code', '缴费类型', 'agg_contribution_month', 'row_count', 'total_yuan'),
    ] %}
    {% set unknown = "relation." ~ code ~ " = 'unknown'" ~ (" or known.insutype_code is null" if code == 'insutype_code' else "") %}
    select
        'D08' as check_id, relation.area_code, known.fund_code, 'month' as period_type, relation.event_month as period_code,
        sum(case when {{ unknown }} then relation.{{ rows }} else 0 end) as violated_count,
        sum(relation.{{ rows }}) as denominator_count,
        sum(case when {{ unknown }} then relation.{{ yuan }} end) as evidence_yuan,
        max(case when {{ unknown }} then '{{ kind }} ' || relation.{{ code }} end) as sample_key
    from {{ ref(relation) }} as relation
    left join {{ ref('insutype') }} as known on relation.insutype_code = known.insutype_code
    group by relation.area_code, known.fund_code, relation.event_month
    union all
    {% endfor %}
    select
        'D12', placed.area_code, placed.fund_code, 'month', placed.event_month,
        case
            when
                placed.mean_yuan > placed.prior_mean_yuan * parameter.jump_factor
                or placed.prior_mean_yuan > placed.mean_yuan * parameter.jump_factor
                then 1
            else 0
        end,
        1,
        placed.amount_yuan,
        placed.feed_zh
    from placed
    cross join parameter
    where
        placed.mean_yuan > 0 and placed.prior_mean_yuan > 0
        and least(placed.row_count, placed.prior_row_count) >= parameter.jump_row_count
    union all
    select
        'D13', placed.area_code, placed.fund_code, 'month', placed.event_month,
        case when placed.event_month > horizon.last_month then placed.row_count else 0 end,
        placed.row_count,
        placed.amount_yuan,
        placed.feed_zh
    from placed
    cross join horizon
    where horizon.last_month is not null
    union all
    -- Lines that say no area are looked for in all areas together.
    select
        'D14', area_code, cast(null as varchar), cast(null as varchar), cast(null as varchar),
        sum(case check_id when '#named' then denominator_count else -denominator_count end),
        sum(case check_id when '#named' then denominator_count else 0 end),
        sum(case check_id when '#named' then coalesce(evidence_yuan, 0) else -coalesce(evidence_yuan, 0) end),
        '费用明细'
    from (
        select
            case check_id when '#placeless' then 'unknown' else area_code end as area_code,
            check_id,
            denominator_count,
            evidence_yuan
        from {{ ref('agg_fee_line_check_month') }}
        where check_id in ('#named', '#matched', '#placeless')
    ) as line_count
    group by area_code
    union all
    select
        'S01', area_code, '390100', 'year', year_code,
        case when abs(due_yuan - standard_due_yuan) > 0.01 then 1 else 0 end, 1,
        due_yuan - standard_due_yuan,
        government_level_code
    from subsidy
    union all
    -- A year is judged when it is over.
    select
        'S03', subsidy.area_code, '390100', 'year', subsidy.year_code,
        case
            when abs(subsidy.due_yuan - subsidy.arrived_yuan) > subsidy.due_yuan * parameter.arrival_tolerance then 1
            else 0
        end,
        1,
        subsidy.arrived_yuan - subsidy.due_yuan,
        subsidy.government_level_code
    from subsidy
    cross join parameter
    cross join horizon
    where horizon.last_month >= subsidy.year_code || '12'
)

select
    check_id,
    area_code,
    fund_code,
    period_type,
    period_code,
    sum(violated_count) as violated_count,
    sum(denominator_count) as denominator_count,
    {{ sum_money('case when violated_count > 0 then evidence_yuan end') }} as evidence_yuan,
    {{ sample_keys("case when violated_count > 0 then sample_key end") }} as sample_keys,
    cast(null as varchar) as reason
from finding
group by check_id, area_code, fund_code, period_type, period_code
