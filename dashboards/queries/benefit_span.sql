-- One row: which months the benefit replay has at all, and which this area has.
select
    count(*) as rows_count,
    min(case when area.area_code is not null then month.event_month end) as first_month,
    max(case when area.area_code is not null then month.event_month end) as last_month,
from benefits.fct_benefit_month as month
left join core.dim_area as area
    on month.area_code = area.area_code
    and (area.area_code = $area_code or area.region_code = $area_code)
where ($scope = '*' or list_contains(string_split($scope, ','), month.area_code))
