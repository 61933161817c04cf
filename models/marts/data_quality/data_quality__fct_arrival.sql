-- Expected: every reporting area for each fund and period that any area of the region reported; 未报送 is not zero.
with reported as (
    select
        balance.area_code,
        balance.fund_code,
        balance.period_type,
        balance.period_code,
        max(case when balance.is_given then 1 else 0 end) as is_given,
        max(case when balance.origin_code = 'business' then 1 else 0 end) as is_business
    from {{ ref('int_fund_balance__balance') }} as balance
    where balance.statement_code in ('execution', 'final') and coalesce(balance.rollup_kind, '') <> 'region'
    group by balance.area_code, balance.fund_code, balance.period_type, balance.period_code
),

expected as (
    select distinct
        area.area_code,
        reported.fund_code,
        reported.period_type,
        reported.period_code
    from reported
    inner join {{ ref('dim_area') }} as reporter
        on reported.area_code = reporter.area_code and reporter.is_expected_reporter
    inner join {{ ref('dim_area') }} as area
        on reporter.region_code = area.region_code and area.is_expected_reporter
    left join {{ ref('map_fund_exemption') }} as exemption
        on area.area_code = exemption.area_code and reported.fund_code = exemption.fund_code
    where exemption.area_code is null
),

everyone as (
    select area_code, fund_code, period_type, period_code
    from reported
    union
    select area_code, fund_code, period_type, period_code
    from expected
),

line as (
    select
        area_code,
        fund_code,
        period_type,
        period_code,
        count(*) as lines_count
    from {{ ref('fct_statement_line') }}
    where is_active and statement_code in ('execution', 'final')
    group by area_code, fund_code, period_type, period_code
)

select
    everyone.area_code,
    area.area_name,
    everyone.fund_code,
    everyone.period_type,
    everyone.period_code,
    period.period_end_date,
    case
        when reported.is_given = 1 then 'reported'
        when reported.is_business = 1 then 'business'
        when reported.is_given = 0 then 'derived'
        when area.is_expected_reporter then 'missing'
        else 'not_expected'
    end as arrival_code,
    coalesce(line.lines_count, 0) as lines_count
from everyone
inner join {{ ref('dim_area') }} as area on everyone.area_code = area.area_code
inner join {{ ref('dim_period') }} as period
    on everyone.period_type = period.period_type and everyone.period_code = period.period_code
left join reported
    on
        everyone.area_code = reported.area_code
        and everyone.fund_code = reported.fund_code
        and everyone.period_type = reported.period_type
        and everyone.period_code = reported.period_code
left join line
    on
        everyone.area_code = line.area_code
        and everyone.fund_code = line.fund_code
        and everyone.period_type = line.period_type
        and everyone.period_code = line.period_code
