-- The region's ratio is the ratio of the sums over the areas that reported, never a mean of ratios.
with region as (
    select area_code
    from {{ ref('dim_area') }}
    where area_kind = 'region'
)

select
    region.area_code,
    indicator.scheme_code,
    coalesce(scope.fund_code, max(indicator.fund_code)) as fund_code,
    indicator.period_type,
    indicator.period_code,
    indicator.period_end_date,
    indicator.indicator_code,
    cast(null as decimal(18, 6)) as shown_from,
    cast(sum(indicator.numerator) as decimal(26, 6)) as numerator,
    cast(sum(indicator.denominator) as decimal(26, 6)) as denominator
from {{ ref('int_prefecture_comparison__indicator') }} as indicator
cross join region
left join {{ ref('fund_balance__bridge_fund_scope') }} as scope
    on
        region.area_code = scope.area_code
        and indicator.scheme_code = scope.scheme_code
        and scope.basis_code = 'pooled'
where
    indicator.area_kind in ('pooling_area', 'prov_level')
    and indicator.region_basis = 'sum'
group by
    region.area_code,
    indicator.scheme_code,
    scope.fund_code,
    indicator.period_type,
    indicator.period_code,
    indicator.period_end_date,
    indicator.indicator_code
