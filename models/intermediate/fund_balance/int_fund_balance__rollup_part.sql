{{ config(materialized='table') }}
-- What a derived statement is the sum of: a fund of the funds in it; the region of its reporting areas and of the
-- adjustment fund of the scheme.
with reporter as (
    select
        fund_part.*,
        area.region_code
    from {{ ref('int_fund_balance__rollup_fund_part') }} as fund_part
    inner join {{ ref('dim_area') }} as area on fund_part.area_code = area.area_code
    where area.is_expected_reporter
),

reporter_count as (
    select
        region_code, fund_code, period_type, period_code, statement_code,
        count(distinct area_code) as area_count
    from reporter
    group by region_code, fund_code, period_type, period_code, statement_code
),

-- The region's 决算 stands when all who reported the period have handed in theirs.
complete_final as (
    select final.region_code, final.fund_code, final.period_type, final.period_code
    from reporter_count as final
    left join reporter_count as execution
        on
            final.region_code = execution.region_code
            and final.fund_code = execution.fund_code
            and final.period_type = execution.period_type
            and final.period_code = execution.period_code
            and execution.statement_code = 'execution'
    where final.statement_code = 'final' and final.area_count >= coalesce(execution.area_count, 0)
),

region_part as (
    select
        reporter.region_code as area_code, reporter.fund_code, reporter.period_type, reporter.period_code,
        reporter.statement_code, reporter.statement_key, reporter.area_code as part_area_code,
        reporter.part_fund_code, reporter.part_statement_code
    from reporter
    left join complete_final
        on
            reporter.region_code = complete_final.region_code
            and reporter.fund_code = complete_final.fund_code
            and reporter.period_type = complete_final.period_type
            and reporter.period_code = complete_final.period_code
    where reporter.statement_code <> 'final' or complete_final.region_code is not null
),

adjustment_part as (
    select
        region.area_code, region.fund_code, region.period_type, region.period_code, region.statement_code,
        adjustment.statement_key, adjustment.area_code as part_area_code,
        adjustment.fund_code as part_fund_code, adjustment.part_statement_code
    from (
        select distinct area_code, fund_code, period_type, period_code, statement_code
        from region_part
    ) as region
    inner join {{ ref('int_fund_balance__rollup_fund_part') }} as adjustment
        on
            region.area_code = adjustment.area_code
            and region.period_type = adjustment.period_type
            and region.period_code = adjustment.period_code
            and region.statement_code = adjustment.statement_code
            and (
                (adjustment.fund_code = 'ADJ310' and region.fund_code in ('310100', '310000', 'POOLED', 'ALL'))
                or (adjustment.fund_code = 'ADJ390' and region.fund_code in ('390100', 'POOLED', 'ALL'))
            )
),

part as (
    select
        area_code, fund_code, period_type, period_code, statement_code, statement_key,
        area_code as part_area_code, part_fund_code, part_statement_code, 'fund' as rollup_kind
    from {{ ref('int_fund_balance__rollup_fund_part') }}
    where is_sum
    union all
    select region_part.*, 'region' as rollup_kind
    from region_part
    union all
    select adjustment_part.*, 'region' as rollup_kind
    from adjustment_part
),

judged as (
    select
        part.*,
        max(case when part_statement_code = statement_code then 1 else 0 end) over (
            partition by area_code, fund_code, period_type, period_code, statement_code
        ) as has_own_kind
    from part
)

select
    {{ statement_key('judged.area_code', 'judged.fund_code', statement='judged.statement_code') }} as rollup_key,
    judged.area_code,
    judged.fund_code,
    judged.period_type,
    judged.period_code,
    judged.statement_code,
    judged.rollup_kind,
    judged.statement_key as part_key,
    judged.part_area_code,
    judged.part_fund_code,
    fund.scheme_code as part_scheme_code
from judged
inner join {{ ref('dim_fund') }} as fund on judged.part_fund_code = fund.fund_code
where judged.has_own_kind = 1
