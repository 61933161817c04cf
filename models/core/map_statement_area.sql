-- Delivered area code and name -> pooling area. Counties and ...99 codes are parts of their pooling area;
-- what the region pack does not know becomes an area of its own, outside the region's totals.
with home as (
    select max(parameter_value) as region_pack
    from {{ ref('stg_home__parameter') }}
    where parameter_code = 'region'
),

delivered as (
    select distinct
        admdvs,
        admdvs_name,
        case
            when length(admdvs) = 12 and admdvs like '%000000' then substr(admdvs, 1, 6)
            when length(admdvs) = 9 and admdvs like '%000' then substr(admdvs, 1, 6)
            else admdvs
        end as clean_code,
        {{ replace_pattern('admdvs_name', '(医疗保障局|医保局|财政局|医疗保障服务中心|人民政府)$') }} as clean_name
    from {{ ref('stg_fund_statement') }}
),

pack as (
    select
        area.admdvs,
        area.area_name,
        area.area_short_name,
        area.area_kind,
        area.pooling_area_code
    from {{ ref('area') }} as area
    inner join home on area.region_pack = home.region_pack
),

pack_name as (
    select
        area_name as known_name,
        admdvs
    from pack
    union
    select
        area_short_name,
        admdvs
    from pack
    union
    select
        area_alias.alias_name,
        area_alias.admdvs
    from {{ ref('area_alias') }} as area_alias
    inner join home on area_alias.region_pack = home.region_pack
),

-- 赤峰市红山区; 内蒙古自治区赤峰市, 内蒙古赤峰市.
full_name as (
    select
        known_name,
        admdvs
    from pack_name
    union
    select
        pooling_area.area_name || part.area_name,
        part.admdvs
    from pack as part
    inner join pack as pooling_area on part.pooling_area_code = pooling_area.admdvs
    where part.area_kind = 'part'
    union
    select
        region_name.known_name || pack_name.known_name,
        pack_name.admdvs
    from pack_name
    cross join (
        select called.known_name
        from pack_name as called
        inner join pack on called.admdvs = pack.admdvs
        where pack.area_kind = 'region'
    ) as region_name
),

known_name as (
    select
        known_name,
        min(admdvs) as admdvs
    from full_name
    group by known_name
    having count(distinct admdvs) = 1
),

-- A name that comes without a code here and with one elsewhere is the same area.
delivered_name as (
    select
        clean_name,
        min(clean_code) as clean_code
    from delivered
    where clean_code is not null and clean_name is not null
    group by clean_name
),

any_pack_name as (
    select
        admdvs,
        min(area_name) as area_name
    from {{ ref('area') }}
    group by admdvs
),

coded as (
    select
        delivered.admdvs,
        delivered.admdvs_name,
        delivered.clean_name,
        coalesce(delivered.clean_code, known_name.admdvs, delivered_name.clean_code, delivered.clean_name) as reporter_code
    from delivered
    left join known_name on delivered.clean_name = known_name.known_name
    left join delivered_name on delivered.clean_name = delivered_name.clean_name
)

select
    coded.admdvs,
    coded.admdvs_name,
    coded.reporter_code,
    coalesce(pack.pooling_area_code, coded.reporter_code) as area_code,
    coalesce(pack.area_name, coded.clean_name, any_pack_name.area_name, coded.reporter_code) as reporter_name,
    coalesce(pack.area_kind = 'part', false) as is_part,
    pack.admdvs is not null as is_known
from coded
left join pack on coded.reporter_code = pack.admdvs
left join any_pack_name on coded.reporter_code = any_pack_name.admdvs
