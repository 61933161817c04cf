-- Of the business feeds, by what their aggregates hold: the rows themselves are not read for it.
with business as (
    select area_code
    from {{ ref('agg_settlement_month') }}
    union
    select area_code
    from {{ ref('agg_contribution_month') }}
    union
    select area_code
    from {{ ref('agg_enrolment_month') }}
    union
    select area_code
    from {{ ref('agg_payment_month') }}
),

named as (
    select
        area_code,
        reporter_name as area_name
    from {{ ref('map_statement_area') }}
    where not is_known
    union
    select
        area_code,
        cast(null as varchar) as area_name
    from business
),

unknown as (
    select
        area_code,
        coalesce(min(area_name), case when area_code = 'unknown' then '地区不明' else area_code end) as area_name
    from named
    group by area_code
)

select
    area_code,
    area_name,
    area_short_name,
    area_kind,
    parent_area_code,
    region_code,
    tile_column,
    tile_row,
    is_expected_reporter,
    sort_order
from {{ ref('map_pack_area') }}
union all
select
    unknown.area_code,
    unknown.area_name,
    unknown.area_name as area_short_name,
    'other' as area_kind,
    cast(null as varchar) as parent_area_code,
    cast(null as varchar) as region_code,
    cast(null as integer) as tile_column,
    cast(null as integer) as tile_row,
    false as is_expected_reporter,
    cast(1000 + row_number() over (order by unknown.area_code) as integer) as sort_order
from unknown
where unknown.area_code not in (select pack.area_code from {{ ref('map_pack_area') }} as pack)
