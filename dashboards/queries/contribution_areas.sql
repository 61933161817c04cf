-- One row per area and item whose replayed contributions are not what the rules make due, the largest difference first.
select
    area.area_name,
    coalesce(replay.insutype_name, replay.insutype_code) as insutype_name,
    replay.item_name,
    replay.period_type,
    sum(replay.wrong_count) as wrong_count,
    sum(replay.declared_yuan) as declared_yuan,
    sum(replay.expected_yuan) as expected_yuan,
    sum(replay.difference_yuan) as difference_yuan,
    sum(replay.base_difference_yuan) as base_difference_yuan,
    sum(replay.rate_difference_yuan) as rate_difference_yuan,
    sum(replay.other_difference_yuan) as other_difference_yuan,
from benefits.fct_contribution_replay as replay
left join core.dim_insutype as insutype on replay.insutype_code = insutype.insutype_code
inner join core.dim_area as area
    on replay.area_code = area.area_code
    and (area.area_code = $area_code or (area.region_code = $area_code and area.area_kind in ('pooling_area', 'prov_level')))
where replay.status_code = 'replayed'
    and area.area_kind in ('pooling_area', 'prov_level')
    and (
        (replay.period_type = 'month' and replay.period_code between $first_month and $last_month)
        or (replay.period_type = 'year' and replay.period_code = $year)
    )
    and ($scheme = 'all' or insutype.scheme_code = $scheme)
    and ($scope = '*' or list_contains(string_split($scope, ','), replay.area_code))
group by area.area_code, area.area_name, replay.insutype_name, replay.insutype_code, replay.item_name, replay.period_type
having sum(replay.wrong_count) > 0
order by abs(sum(replay.difference_yuan)) desc, area.area_code, replay.item_name
limit $shown
