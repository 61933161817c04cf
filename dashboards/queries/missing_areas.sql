-- One row per area that is expected to report and has not, for the funds of a scheme.
select distinct
    arrival.area_code,
    coalesce(dim_area.area_name, arrival.area_code) as area_name,
    coalesce(dim_area.area_short_name, dim_area.area_name, arrival.area_code) as area_short_name,
    coalesce(dim_area.sort_order, 9999) as sort_order,
from data_quality.fct_arrival as arrival
left join core.dim_area on arrival.area_code = dim_area.area_code
where arrival.arrival_code = 'missing'
    and arrival.period_type = $period_type
    and arrival.period_code = $period_code
    and (
        $scheme = 'all'
        or ($scheme = 'employee' and arrival.fund_code like '310%')
        or ($scheme = 'resident' and arrival.fund_code like '390%')
    )
    and ($scope = '*' or list_contains(string_split($scope, ','), arrival.area_code))
order by sort_order
