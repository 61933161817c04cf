{{ config(materialized='table') }}
-- The statements of an area that a fund is the sum of: 职工 = 统筹 + 个人账户 where both stand; 合计 = 职工 + 居民; every
-- other fund is itself. A statement stands when its surplus is known.
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

-- An area that does not run the residents' fund has a 合计 all the same: its employees' fund.
shape as (
    select
        available.*,
        {% for name, code in [('pooled', '310100'), ('account', '310200'), ('employee', '310000'), ('resident', '390100')] %}
        max(
            case when available.fund_code = '{{ code }}' or exemption.fund_code = '{{ code }}' then 1 else 0 end
        ) over shape_of as has_{{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from available
    left join {{ ref('map_fund_exemption') }} as exemption
        on available.area_code = exemption.area_code and exemption.fund_code = '390100'
    window shape_of as (
        partition by
            available.area_code, available.period_type, available.period_code, available.statement_code
    )
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
)

select
    area_code,
    fund_code,
    period_type,
    period_code,
    statement_code,
    statement_key,
    part_fund_code,
    part_statement_code,
    is_sum
from fund_part
