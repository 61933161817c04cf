{{ config(materialized='table') }}
-- Which periods each warned series must have a row for, reported or not.
with balance as (
    select
        balance.area_code,
        balance.fund_code,
        balance.period_type,
        balance.period_code,
        fund.family_code,
        fund.family_rank
    from {{ ref('fund_balance__fct_fund_balance') }} as balance
    inner join {{ ref('warning_fund') }} as fund on balance.fund_code = fund.fund_code
    where balance.is_actual
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
from {{ ref('int_deficit_warning__series_span') }} as span
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
