-- Expected: every reporting area for each feed and month that any area of the region delivered. A feed that does not
-- come every month (seasonal) is missing where nothing came in the calendar year and the twelve months up to the month;
-- a month without rows is no_rows then, unless the area delivered none of the monthly feeds either: then it is not known
-- that there was nothing to deliver. Areas outside the region, such as those of distant hospitals, are no reporters.
with cell as (
    select
        delivery.feed_code,
        delivery.area_code,
        delivery.event_month,
        sum(delivery.loaded_count) as loaded_count,
        sum(delivery.quarantined_count) as quarantined_count,
        {{ sum_money('delivery.loaded_yuan') }} as loaded_yuan,
        max(delivery.delivery_no) as last_delivery_no
    from {{ ref('fct_feed_delivery') }} as delivery
    inner join {{ ref('dim_area') }} as area on delivery.area_code = area.area_code
    group by delivery.feed_code, delivery.area_code, delivery.event_month
),

given as (
    select
        feed.feed_code,
        feed.rhythm_code,
        feed.only_fund_code,
        min(case when length(cell.event_month) = 6 then cell.event_month end) as first_month,
        max(case when length(cell.event_month) = 6 then cell.event_month end) as last_month,
        max(case when length(cell.event_month) = 6 then 0 else 1 end) as is_undated
    from cell
    inner join {{ ref('feed') }} as feed on cell.feed_code = feed.feed_code
    inner join {{ ref('dim_area') }} as area on cell.area_code = area.area_code and area.is_expected_reporter
    where cell.loaded_count > 0
    group by feed.feed_code, feed.rhythm_code, feed.only_fund_code
),

asked_month as (
    select
        given.feed_code,
        given.rhythm_code,
        given.only_fund_code,
        month.month_code as event_month
    from given
    inner join {{ ref('dim_business_month') }} as month
        on month.month_code between given.first_month and given.last_month
    where given.rhythm_code in ('monthly', 'seasonal')
    union all
    select
        feed_code,
        rhythm_code,
        only_fund_code,
        'all' as event_month
    from given
    where is_undated = 1 and rhythm_code in ('snapshot', 'undated')
),

expected as (
    select
        asked_month.feed_code,
        asked_month.rhythm_code,
        asked_month.event_month,
        area.area_code
    from asked_month
    cross join {{ ref('dim_area') }} as area
    left join {{ ref('map_fund_exemption') }} as exemption
        on area.area_code = exemption.area_code and asked_month.only_fund_code = exemption.fund_code
    where area.is_expected_reporter and exemption.area_code is null
),

everyone as (
    select feed_code, area_code, event_month
    from cell
    union
    select feed_code, area_code, event_month
    from expected
),

counted as (
    select
        everyone.feed_code,
        everyone.area_code,
        everyone.event_month,
        expected.rhythm_code,
        coalesce(cell.loaded_count, 0) as loaded_count,
        coalesce(cell.quarantined_count, 0) as quarantined_count,
        cell.loaded_yuan,
        cell.last_delivery_no,
        sum(coalesce(cell.loaded_count, 0)) over (
            partition by everyone.feed_code, everyone.area_code, substr(everyone.event_month, 1, 4)
        ) as loaded_in_year_count,
        sum(coalesce(cell.loaded_count, 0)) over (
            partition by everyone.feed_code, everyone.area_code
            order by
                case
                    when length(everyone.event_month) = 6
                        then
                            12 * cast(substr(everyone.event_month, 1, 4) as integer)
                            + cast(substr(everyone.event_month, 5, 2) as integer)
                end
            range between 11 preceding and current row
        ) as loaded_lately_count,
        -- by the monthly feeds that are asked of the area; null where none is
        sum(case when expected.rhythm_code = 'monthly' then coalesce(cell.loaded_count, 0) end) over (
            partition by everyone.area_code, everyone.event_month
        ) as loaded_beside_count
    from everyone
    left join cell
        on
            everyone.feed_code = cell.feed_code
            and everyone.area_code = cell.area_code
            and everyone.event_month = cell.event_month
    left join expected
        on
            everyone.feed_code = expected.feed_code
            and everyone.area_code = expected.area_code
            and everyone.event_month = expected.event_month
)

select
    counted.feed_code,
    coalesce(feed.feed_name, counted.feed_code) as feed_name,
    coalesce(feed.feed_group_code, 'other') as feed_group_code,
    coalesce(feed.feed_group_name, '其他') as feed_group_name,
    cast(coalesce(feed.sort_order, 999) as integer) as sort_order,
    counted.area_code,
    area.area_name,
    counted.event_month,
    case
        when counted.loaded_count > 0 then 'reported'
        when counted.rhythm_code is null then 'not_expected'
        when
            counted.rhythm_code = 'seasonal'
            and counted.loaded_in_year_count + counted.loaded_lately_count > 0
            and coalesce(counted.loaded_beside_count, 1) > 0
            then 'no_rows'
        else 'missing'
    end as arrival_code,
    cast(counted.loaded_count as bigint) as loaded_rows,
    cast(counted.quarantined_count as bigint) as quarantined_rows,
    {{ yuan('counted.loaded_yuan') }} as loaded_yuan,
    counted.last_delivery_no
from counted
left join {{ ref('feed') }} as feed on counted.feed_code = feed.feed_code
left join {{ ref('dim_area') }} as area on counted.area_code = area.area_code
