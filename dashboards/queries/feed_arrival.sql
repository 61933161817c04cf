-- One row per area and month: did the feeds of a group (or one of them) arrive, all of them, some, none. A feed that may
-- have no rows in a month is no proof that something arrived.
with states as (
    select
        arrival.area_code,
        arrival.event_month,
        bool_or(arrival.arrival_code = 'missing') as is_any_missing,
        bool_or(arrival.arrival_code = 'reported') as is_any_reported,
        bool_or(arrival.arrival_code = 'no_rows') as is_any_empty,
        sum(arrival.loaded_rows) as loaded_rows,
    from data_quality.fct_feed_arrival as arrival
    where arrival.feed_group_code = $feed_group
        and ($feed = '*' or arrival.feed_code = $feed)
        and ($scope = '*' or list_contains(string_split($scope, ','), arrival.area_code))
    group by arrival.area_code, arrival.event_month
)

select
    states.area_code,
    coalesce(dim_area.area_name, states.area_code) as area_name,
    coalesce(dim_area.sort_order, 9999) as sort_order,
    states.event_month,
    states.loaded_rows,
    case
        when states.is_any_missing and states.is_any_reported then 'partly'
        when states.is_any_missing then 'missing'
        when states.is_any_reported then 'reported'
        when states.is_any_empty then 'no_rows'
        else 'not_expected'
    end as arrival_code,
from states
left join core.dim_area on states.area_code = dim_area.area_code
order by sort_order, states.area_code, states.event_month
