-- One row per area that has figures or is expected to report, in the order of the region pack.
with known as (
    select
        area_code,
        min(area_name) as area_name,
        min(area_kind) as area_kind,
    from fund_balance.fct_fund_balance
    group by area_code
),

areas as (
    select
        coalesce(dim_area.area_code, known.area_code) as area_code,
        coalesce(dim_area.area_name, known.area_name) as area_name,
        coalesce(dim_area.area_kind, known.area_kind) as area_kind,
        dim_area.tile_column,
        dim_area.tile_row,
        coalesce(dim_area.is_expected_reporter, false) as is_expected_reporter,
        coalesce(dim_area.sort_order, 9999) as sort_order,
        known.area_code is not null as has_figures,
    from core.dim_area
    full join known on dim_area.area_code = known.area_code
)

select *
from areas
where (
    has_figures or is_expected_reporter
    -- without any statement the region has what its areas' business feeds add up to
    or (area_kind = 'region' and not exists (select 1 from known))
)
    and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
order by sort_order, area_code
