-- One row per area and period: did the funds of a scheme arrive (the worst of them).
select
    arrival.area_code,
    coalesce(dim_area.area_name, arrival.area_code) as area_name,
    coalesce(dim_area.sort_order, 9999) as sort_order,
    arrival.period_code,
    max(arrival.period_end_date) as period_end_date,
    case
        when bool_or(arrival.arrival_code = 'missing') then 'missing'
        when bool_or(arrival.arrival_code = 'reported') then 'reported'
        when bool_or(arrival.arrival_code = 'derived') then 'derived'
        else 'not_expected'
    end as arrival_code,
    sum(arrival.lines_count) as lines_count,
from data_quality.fct_arrival as arrival
left join core.dim_area on arrival.area_code = dim_area.area_code
where arrival.period_type = $period_type
    and (
        $scheme = 'all'
        or ($scheme = 'employee' and arrival.fund_code like '310%')
        or ($scheme = 'resident' and arrival.fund_code like '390%')
    )
    and ($scope = '*' or list_contains(string_split($scope, ','), arrival.area_code))
group by arrival.area_code, dim_area.area_name, dim_area.sort_order, arrival.period_code
order by sort_order, arrival.area_code, period_end_date
