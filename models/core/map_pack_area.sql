{{ config(materialized='view') }}
-- The areas of the region pack that the home is for. What was delivered has no say here: whatever is decided by area and
-- not by data (policies, contribution rules) reads this and stays as it is when a month comes.
select
    area.admdvs as area_code,
    area.area_name,
    area.area_short_name,
    area.area_kind,
    area.parent_area_code,
    area.region_code,
    area.tile_column,
    area.tile_row,
    area.is_expected_reporter,
    area.sort_order
from {{ ref('area') }} as area
inner join (
    select max(parameter_value) as region_pack
    from {{ ref('stg_home__parameter') }}
    where parameter_code = 'region'
) as home
    on area.region_pack = home.region_pack
where area.area_kind <> 'part'
