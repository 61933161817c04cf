{{ config(materialized='table') }}
-- One ratio for each area, scheme, period and indicator, from its two measures, both known.
select
    numerator.area_code,
    coalesce(area.area_kind, 'other') as area_kind,
    numerator.scheme_code,
    numerator.fund_code,
    numerator.period_type,
    numerator.period_code,
    numerator.period_end_date,
    indicator.indicator_code,
    indicator.region_basis,
    indicator.shown_from,
    numerator.measure_value as numerator,
    denominator.measure_value as denominator
from {{ ref('prefecture_indicator') }} as indicator
inner join {{ ref('int_prefecture_comparison__measure_value') }} as numerator
    on indicator.numerator_code = numerator.measure_code
inner join {{ ref('int_prefecture_comparison__measure_value') }} as denominator
    on
        indicator.denominator_code = denominator.measure_code
        and numerator.area_code = denominator.area_code
        and numerator.scheme_code = denominator.scheme_code
        and numerator.period_type = denominator.period_type
        and numerator.period_code = denominator.period_code
left join {{ ref('dim_area') }} as area on numerator.area_code = area.area_code
where
    denominator.measure_value > 0
    -- a sum of areas is the region's own model; only what is published for the region itself stands here
    and (coalesce(area.area_kind, 'other') <> 'region' or indicator.region_basis = 'own')
