{{ config(materialized='table') }}
-- What a derived statement is the sum of. 职工 = 统筹 + 个人账户 where both stand; 合计 = 职工 + 居民; the region = its
-- reporting areas + the adjustment fund of the scheme. A statement stands when its surplus is known.
with standing as (
    select area_code, fund_code, period_type, period_code, statement_code, statement_key
    from {{ ref('int_fund_balance__leaf_statement') }}
    where surplus_yuan is not null
),

-- A sum of executions takes the final of a part that only has its final.
available as (
    select standing.*, statement_code as part_statement_code
    from standing
    union all
    select
        final.area_code, final.fund_code, final.period_type, final.period_code,
        'execution' as statement_code, final.statement_key, final.statement_code as part_statement_code
    from standing as final
    left join standing as execution
        on
            final.area_code = execution.area_code
            and final.fund_code = execution.fund_code
            and final.period_type = execution.period_type
            and final.period_code = execution.period_code
            and execution.statement_code = 'execution'
    where final.statement_code = 'final' and execution.statement_key is null
),

shape as (
    select
        available.*,
        {% for name, code in [('pooled', '310100'), ('account', '310200'), ('employee', '310000'), ('resident', '390100')] %}
        max(case when fund_code = '{{ code }}' then 1 else 0 end) over shape_of as has_{{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from available
    window shape_of as (partition by area_code, period_type, period_code, statement_code)
),

fund_part as (
    select
        area_code, '310000' as fund_code, period_type, period_code, statement_code,
        statement_key, fund_code as part_fund_code, part_statement_code,
        has_pooled + has_account = 2 as is_sum
    from shape
    where
        (has_pooled + has_account = 2 and fund_code in ('310100', '310200'))
        or (has_pooled + has_account < 2 and fund_code = '310000')
    union all
    select
        area_code, 'ALL' as fund_code, period_type, period_code, statement_code,
        statement_key, fund_code as part_fund_code, part_statement_code,
        fund_code <> 'ALL' as is_sum
    from shape
    where
        case
            when has_resident = 1 and has_pooled + has_account = 2 then fund_code in ('310100', '310200', '390100')
            when has_resident + has_employee = 2 then fund_code in ('310000', '390100')
            else fund_code = 'ALL'
        end
    union all
    select
        area_code, 'POOLED' as fund_code, period_type, period_code, statement_code,
        statement_key, fund_code as part_fund_code, part_statement_code,
        fund_code <> 'POOLED' as is_sum
    from shape
    where case when has_pooled + has_resident = 2 then fund_code in ('310100', '390100') else fund_code = 'POOLED' end
    union all
    select
        area_code, fund_code, period_type, period_code, statement_code,
        statement_key, fund_code as part_fund_code, part_statement_code,
        false as is_sum
    from shape
    where fund_code not in ('310000', 'ALL', 'POOLED')
),

reporter as (
    select
        fund_part.*,
        area.region_code,
        count(fund_part.statement_key) over (
            partition by area.region_code, fund_part.fund_code, fund_part.period_type, fund_part.period_code
        ) as region_parts
    from fund_part
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
    inner join available as adjustment
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
    from fund_part
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
