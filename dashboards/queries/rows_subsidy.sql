-- One row per subsidy of the year behind a figure of subsidies, with the number and sum of all.
with subsidy as (
    select
        area.area_short_name as area_name,
        area.sort_order,
        given.county_code,
        given.year_code,
        given.government_level_code,
        given.head_count,
        given.standard_yuan,
        given.due_yuan,
        given.arrived_yuan,
        given.arrived_date,
        case
            when $metric = 'due_yuan' then given.due_yuan
            else case when $metric = 'arrears_yuan' then given.due_yuan else 0 end
                + case when $metric = 'arrears_yuan' then -1 else 1 end
                * case
                    when coalesce(given.arrived_date, make_date(cast(given.year_code as integer), 12, 31))
                        <= cast($period_end as date) then coalesce(given.arrived_yuan, 0)
                    else 0
                end
        end as amount_yuan,
    from rows.subsidy as given
    inner join core.dim_area as area
        on given.area_code = area.area_code
        and (area.area_code = $area_code or (area.region_code = $area_code and area.area_kind in ('pooling_area', 'prov_level')))
    where given.year_code = $year
        and ($scope = '*' or list_contains(string_split($scope, ','), given.area_code))
)

select
    *,
    count(*) over () as rows_count,
    sum(amount_yuan) over () as rows_yuan,
from subsidy
order by sort_order, government_level_code, arrived_date
limit $shown
