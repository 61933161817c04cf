-- One row per fund: what the replayed settlements of an area and period were paid and what the rules give.
select
    month.fund_code,
    cast(sum(month.settlement_count) as bigint) as settlement_count,
    cast(sum(month.difference_count) as bigint) as difference_count,
    sum(month.paid_yuan) as paid_yuan,
    sum(month.expected_yuan) as expected_yuan,
    sum(month.difference_yuan) as difference_yuan,
from benefits.fct_benefit_month as month
left join core.dim_insutype as insutype on month.insutype_code = insutype.insutype_code
inner join core.dim_area as area
    on month.area_code = area.area_code
    and (area.area_code = $area_code or (area.region_code = $area_code and area.area_kind in ('pooling_area', 'prov_level')))
where month.status_code = 'replayed'
    and month.event_month between $first_month and $last_month
    and ($scheme = 'all' or insutype.scheme_code = $scheme)
    and ($scope = '*' or list_contains(string_split($scope, ','), month.area_code))
group by month.fund_code
order by month.fund_code
