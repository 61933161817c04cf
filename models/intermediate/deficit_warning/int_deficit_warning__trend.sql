{{ config(materialized='table') }}
-- Where a series is going, apart from where it stands: a run rule on its last changes. Residents are judged on twelve
-- months' surplus, which knows no season (the metric of each fund stands in the seed).
{%- set change_count = 6 %}
{%- set agreeing_count = 5 %}
with point as (
    select
        measure.area_code,
        measure.fund_code,
        measure.period_type,
        measure.period_code,
        measure.position,
        cast(
            case fund.trend_metric_code
                when 'reserve_months' then measure.reserve_months
                when 'rolling_surplus_yuan' then measure.rolling_surplus_yuan
            end as decimal(26, 6)
        ) as point_value
    from {{ ref('int_deficit_warning__measure') }} as measure
    inner join {{ ref('warning_fund') }} as fund on measure.fund_code = fund.fund_code
),

change as (
    select
        *,
        point_value - lag(point_value) over (
            partition by area_code, fund_code, period_type order by position
        ) as change_value
    from point
),

run as (
    select
        *,
        count(point_value) over (
            partition by area_code, fund_code, period_type order by position
            rows between {{ change_count }} preceding and current row
        ) as point_count,
        sum(case when change_value < 0 then 1 else 0 end) over (
            partition by area_code, fund_code, period_type order by position
            rows between {{ change_count - 1 }} preceding and current row
        ) as fall_count,
        sum(case when change_value > 0 then 1 else 0 end) over (
            partition by area_code, fund_code, period_type order by position
            rows between {{ change_count - 1 }} preceding and current row
        ) as rise_count
    from change
)

select
    area_code,
    fund_code,
    period_type,
    period_code,
    case
        when point_value is null or point_count < {{ change_count }} then 'not_available'
        when fall_count >= {{ agreeing_count }} then 'worsening'
        when rise_count >= {{ agreeing_count }} then 'improving'
        else 'stable'
    end as trend_code
from run
