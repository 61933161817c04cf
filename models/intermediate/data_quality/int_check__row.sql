{{ config(materialized='table') }}
-- I01 I02 I03 I04 I06 I09 I12 M08 D10 D11 C04 C11: what is wrong about single rows of settlements, their fee lines and
-- contributions. The
-- conditions stand in macros/checks and are evaluated in core, in one pass over the rows; here they get their fund.
with counted as (
    select area_code, insutype_code, event_month, check_id, violated_count, denominator_count, evidence_yuan, sample_keys
    from {{ ref('agg_claim_check_month') }}
    where check_id not like '#%'
    union all
    select area_code, insutype_code, event_month, check_id, violated_count, denominator_count, evidence_yuan, sample_keys
    from {{ ref('agg_fee_line_check_month') }}
    where check_id not like '#%'
    union all
    select area_code, insutype_code, event_month, check_id, violated_count, denominator_count, evidence_yuan, sample_keys
    from {{ ref('agg_contribution_check_month') }}
    where check_id not like '#%'
),

summed as (
    select
        counted.check_id,
        counted.area_code,
        insutype.fund_code,
        counted.event_month,
        sum(counted.violated_count) as violated_count,
        sum(counted.denominator_count) as denominator_count,
        sum(counted.evidence_yuan) as evidence_yuan,
        max(counted.sample_keys) as sample_keys
    from counted
    left join {{ ref('insutype') }} as insutype on counted.insutype_code = insutype.insutype_code
    group by counted.check_id, counted.area_code, insutype.fund_code, counted.event_month
)

select
    summed.check_id,
    summed.area_code,
    summed.fund_code,
    'month' as period_type,
    summed.event_month as period_code,
    summed.violated_count,
    summed.denominator_count,
    summed.evidence_yuan,
    summed.sample_keys,
    case
        when summed.violated_count > 0
            then registry.name_zh || '：' || cast(summed.violated_count as varchar) || ' 行不符'
    end as reason,
    -- A single bad row does not hold a month back; a share of its rows above the parameter does.
    summed.violated_count > parameter.parameter_value * summed.denominator_count as is_beyond_share
from summed
inner join {{ ref('check_registry') }} as registry on summed.check_id = registry.check_id
inner join {{ ref('check_parameter') }} as parameter on parameter.parameter_code = 'row_fault_share'
