-- One row per subsidy of the year behind a figure of subsidies.
select
    area.area_short_name as area_name,
    subsidy.county_code,
    subsidy.year_code,
    subsidy.government_level_code,
    subsidy.head_count,
    subsidy.standard_yuan,
    subsidy.due_yuan,
    subsidy.arrived_yuan,
    subsidy.arrived_date,
    case
        when $metric = 'due_yuan' then subsidy.due_yuan
        else case when $metric = 'arrears_yuan' then subsidy.due_yuan else 0 end
            + case when $metric = 'arrears_yuan' then -1 else 1 end
            * case
                when coalesce(subsidy.arrived_date, make_date(cast(subsidy.year_code as integer), 12, 31))
                    <= cast($period_end as date) then coalesce(subsidy.arrived_yuan, 0)
                else 0
            end
    end as amount_yuan,
from rows.subsidy as subsidy
inner join core.dim_area as area
    on subsidy.area_code = area.area_code
    and (area.area_code = $area_code or (area.region_code = $area_code and area.area_kind in ('pooling_area', 'prov_level')))
where subsidy.year_code = $year
    and ($scope = '*' or list_contains(string_split($scope, ','), subsidy.area_code))
order by area.sort_order, subsidy.government_level_code, subsidy.arrived_date
limit 500
