-- One row: how many subsidies stand behind a figure of subsidies, and their sum.
select
    count(*) as rows_count,
    cast(coalesce(sum(case
        when $metric = 'due_yuan' then subsidy.due_yuan
        else case when $metric = 'arrears_yuan' then subsidy.due_yuan else 0 end
            + case when $metric = 'arrears_yuan' then -1 else 1 end
            * case
                when coalesce(subsidy.arrived_date, make_date(cast(subsidy.year_code as integer), 12, 31))
                    <= cast($period_end as date) then coalesce(subsidy.arrived_yuan, 0)
                else 0
            end
    end), 0) as decimal(20, 2)) as amount_yuan,
from rows.subsidy as subsidy
inner join core.dim_area as area
    on subsidy.area_code = area.area_code
    and (area.area_code = $area_code or (area.region_code = $area_code and area.area_kind in ('pooling_area', 'prov_level')))
where subsidy.year_code = $year
    and ($scope = '*' or list_contains(string_split($scope, ','), subsidy.area_code))
