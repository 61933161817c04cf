-- Everything that a hold marks 待核: the statement itself, the sums of funds and of areas that it is part of, and the
-- coarser periods that contain it.
with by_fund as (
    select
        area_code,
        fund_code,
        period_type,
        period_code
    from {{ ref('data_quality__fct_hold') }}
    union
    select
        hold.area_code,
        composition.fund_code,
        hold.period_type,
        hold.period_code
    from {{ ref('data_quality__fct_hold') }} as hold
    inner join {{ ref('fund_composition') }} as composition on hold.fund_code = composition.part_fund_code
),

by_area as (
    select
        area_code,
        fund_code,
        period_type,
        period_code
    from by_fund
    union
    select
        area.region_code as area_code,
        by_fund.fund_code,
        by_fund.period_type,
        by_fund.period_code
    from by_fund
    inner join {{ ref('dim_area') }} as area on by_fund.area_code = area.area_code
    where area.is_expected_reporter
)

select
    by_area.area_code,
    by_area.fund_code,
    coarse.period_type,
    coarse.period_code,
    max(case when coarse.period_type = by_area.period_type then 1 else 0 end) = 1 as is_own_period
from by_area
inner join {{ ref('dim_period') }} as fine
    on by_area.period_type = fine.period_type and by_area.period_code = fine.period_code
inner join {{ ref('dim_period') }} as coarse
    on fine.period_start_date >= coarse.period_start_date and fine.period_end_date <= coarse.period_end_date
group by by_area.area_code, by_area.fund_code, coarse.period_type, coarse.period_code
