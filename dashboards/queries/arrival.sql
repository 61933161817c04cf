-- One row per area and period: did the funds of a scheme arrive (all of them, some, none).
with states as (
    select
        arrival.area_code,
        arrival.period_code,
        max(arrival.period_end_date) as period_end_date,
        bool_or(arrival.arrival_code = 'missing') as is_any_missing,
        bool_or(arrival.arrival_code = 'reported') as is_any_reported,
        bool_or(arrival.arrival_code = 'derived') as is_any_derived,
        bool_or(arrival.arrival_code = 'business') as is_any_business,
    from data_quality.fct_arrival as arrival
    where arrival.period_type = $period_type
        -- the adjustment funds are the region's own books, no scheme of an area
        and arrival.fund_code not like 'ADJ%'
        and (
            $scheme = 'all'
            or ($scheme = 'employee' and arrival.fund_code like '310%')
            or ($scheme = 'resident' and arrival.fund_code like '390%')
        )
        and ($scope = '*' or list_contains(string_split($scope, ','), arrival.area_code))
    group by arrival.area_code, arrival.period_code
)

select
    states.area_code,
    coalesce(dim_area.area_name, states.area_code) as area_name,
    coalesce(dim_area.sort_order, 9999) as sort_order,
    states.period_code,
    states.period_end_date,
    case
        when states.is_any_missing and states.is_any_reported then 'partly'
        when states.is_any_missing then 'missing'
        when states.is_any_reported then 'reported'
        when states.is_any_business then 'business'
        when states.is_any_derived then 'derived'
        else 'not_expected'
    end as arrival_code,
from states
left join core.dim_area on states.area_code = dim_area.area_code
order by sort_order, states.area_code, states.period_end_date
