-- Every area code of the region pack with the pooling area it belongs to: counties and ...99 codes are parts.
with home as (
    select max(parameter_value) as region_pack
    from {{ ref('stg_home__parameter') }}
    where parameter_code = 'region'
)

select
    area.admdvs as county_code,
    area.area_name as county_name,
    area.area_short_name as county_short_name,
    area.pooling_area_code as area_code,
    area.area_kind = 'part' as is_part,
    substr(area.region_code, 1, 2) as region_prefix
from {{ ref('area') }} as area
inner join home on area.region_pack = home.region_pack
