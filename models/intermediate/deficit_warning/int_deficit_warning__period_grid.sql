{{ config(materialized='table') }}
-- Which periods each warned series must have a row for. Silence is not zero: an expected reporter is asked for every
-- period that the warehouse knows of its fund, any other area for the span between its own first and last period.
-- It is over 150 lines because the span, the grid and the reporting state are steps of one thing that nobody else reads.
with balance as (
    select
        balance.area_code,
        balance.fund_code,
        balance.period_type,
        balance.period_code,
        balance.period_end_date,
        fund.family_code,
        fund.family_rank
    from {{ ref('fund_balance__fct_fund_balance') }} as balance
    inner join {{ ref('warning_fund') }} as fund on balance.fund_code = fund.fund_code
    where balance.is_actual
),

expected_area as (
    select area_code
    from {{ ref('dim_area') }}
    where is_expected_reporter
),

expected_balance as (
    select balance.*
    from balance
    inner join expected_area on balance.area_code = expected_area.area_code
),

known_span as (
    select
        fund_code,
        period_type,
        min(period_end_date) as first_end_date,
        max(period_end_date) as last_end_date
    from expected_balance
    group by fund_code, period_type
),

own_span as (
    select
        area_code,
        fund_code,
        family_code,
        family_rank,
        period_type,
        min(period_end_date) as first_end_date,
        max(period_end_date) as last_end_date
    from balance
    group by area_code, fund_code, family_code, family_rank, period_type
),

-- A family (职工, 居民) is expected of every reporter, as the fund it keeps, else as the fund most detailed elsewhere.
-- Who does not run a fund stands in a seed (自治区本级 and 居民); what is reported all the same is shown.
family_default as (
    select
        family_code,
        min(family_rank) as family_rank
    from expected_balance
    where family_code is not null
    group by family_code
),

family_kept as (
    select
        area_code,
        family_code,
        min(family_rank) as family_rank
    from expected_balance
    where family_code is not null
    group by area_code, family_code
),

expected_fund as (
    select
        expected_area.area_code,
        fund.fund_code
    from expected_area
    cross join family_default
    left join family_kept
        on
            expected_area.area_code = family_kept.area_code
            and family_default.family_code = family_kept.family_code
    inner join {{ ref('warning_fund') }} as fund
        on
            family_default.family_code = fund.family_code
            and coalesce(family_kept.family_rank, family_default.family_rank) = fund.family_rank
    left join {{ ref('fund_exemption') }} as exemption
        on
            expected_area.area_code = exemption.area_code
            and fund.fund_code = exemption.fund_code
    where
        family_kept.area_code is not null
        or exemption.area_code is null
    union
    select
        area_code,
        fund_code
    from expected_balance
    where family_code is null
),

span as (
    select
        expected_fund.area_code,
        expected_fund.fund_code,
        known_span.period_type,
        known_span.first_end_date,
        known_span.last_end_date
    from expected_fund
    inner join known_span on expected_fund.fund_code = known_span.fund_code
    union all
    select
        own_span.area_code,
        own_span.fund_code,
        own_span.period_type,
        own_span.first_end_date,
        own_span.last_end_date
    from own_span
    left join expected_fund
        on
            own_span.area_code = expected_fund.area_code
            and own_span.fund_code = expected_fund.fund_code
    where expected_fund.fund_code is null
),

-- Where the employees' fund is split the undivided one is not judged; a period that only has the undivided one is
-- told by it, and the split one is not called silent.
split_kept as (
    select
        area_code,
        family_code,
        min(family_rank) as family_rank
    from balance
    where family_code is not null
    group by area_code, family_code
),

rank_kept as (
    select
        area_code,
        family_code,
        period_type,
        period_code,
        min(family_rank) as family_rank
    from balance
    where family_code is not null
    group by area_code, family_code, period_type, period_code
)

select
    span.area_code,
    span.fund_code,
    span.period_type,
    period.period_code,
    period.period_end_date,
    extract(year from period.period_end_date) as year_number,
    extract(month from period.period_end_date) as end_month_number,
    case
        when extract(month from period.period_end_date) = 12 then extract(year from period.period_end_date)
        else extract(year from period.period_end_date) - 1
    end as closed_year_number,
    row_number() over (
        partition by span.area_code, span.fund_code, span.period_type order by period.period_end_date
    ) as position,
    balance.area_code is not null as is_reported
from span
inner join {{ ref('warning_fund') }} as fund on span.fund_code = fund.fund_code
inner join {{ ref('dim_period') }} as period
    on
        span.period_type = period.period_type
        and period.period_end_date between span.first_end_date and span.last_end_date
left join rank_kept
    on
        span.area_code = rank_kept.area_code
        and fund.family_code = rank_kept.family_code
        and span.period_type = rank_kept.period_type
        and period.period_code = rank_kept.period_code
left join split_kept
    on
        span.area_code = split_kept.area_code
        and fund.family_code = split_kept.family_code
left join balance
    on
        span.area_code = balance.area_code
        and span.fund_code = balance.fund_code
        and span.period_type = balance.period_type
        and period.period_code = balance.period_code
where
    fund.family_code is null
    -- the fund that the period has; in a silent period, the most detailed fund that the area ever had
    or fund.family_rank = coalesce(rank_kept.family_rank, split_kept.family_rank, fund.family_rank)
