{{ config(materialized='table') }}
-- The areas that a count speaks of: the expected reporters; where a pack expects none, every area with a level but
-- the region's own total. An area whose employees' fund is not split counts with the split ones as well, so that a
-- count of 职工 is one of all areas.
with expectation as (
    select coalesce(max(case when is_expected_reporter then 1 else 0 end), 0) as is_any_expected
    from {{ ref('dim_area') }}
),

counted as (
    select
        history.area_code,
        coalesce(area.area_name, history.area_code) as area_name,
        coalesce(area.sort_order, 0) as sort_order,
        coalesce(area.is_expected_reporter, false) as is_expected_reporter,
        history.fund_code,
        fund.family_code,
        fund.family_rank,
        history.period_type,
        history.period_code,
        history.period_end_date,
        history.level_code,
        history.change_code,
        history.is_reported
    from {{ ref('int_deficit_warning__level_history') }} as history
    left join {{ ref('warning_fund') }} as fund on history.fund_code = fund.fund_code
    left join {{ ref('dim_area') }} as area on history.area_code = area.area_code
    cross join expectation
    where
        coalesce(area.is_expected_reporter, false)
        or (expectation.is_any_expected = 0 and coalesce(area.area_kind, 'other') <> 'region')
),

split_fund as (
    select distinct
        fund_code,
        family_code,
        period_type,
        period_code
    from counted
    where family_rank = 1
),

undivided as (
    select
        counted.*,
        split_fund.fund_code as split_fund_code
    from counted
    inner join split_fund
        on
            counted.family_code = split_fund.family_code
            and counted.period_type = split_fund.period_type
            and counted.period_code = split_fund.period_code
    left join counted as own_split
        on
            counted.area_code = own_split.area_code
            and split_fund.fund_code = own_split.fund_code
            and counted.period_type = own_split.period_type
            and counted.period_code = own_split.period_code
    where
        counted.family_rank > 1
        and own_split.area_code is null
)

select
    area_code,
    area_name,
    sort_order,
    is_expected_reporter,
    fund_code,
    period_type,
    period_code,
    period_end_date,
    level_code,
    change_code,
    is_reported
from counted
union all
select
    area_code,
    area_name,
    sort_order,
    is_expected_reporter,
    split_fund_code as fund_code,
    period_type,
    period_code,
    period_end_date,
    level_code,
    change_code,
    is_reported
from undivided
