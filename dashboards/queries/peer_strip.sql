-- One row per area: one indicator in a period.
select
    indicator.area_code,
    indicator.area_name,
    indicator.fund_code,
    indicator.indicator_code,
    indicator.indicator_name,
    indicator.indicator_value,
    indicator.region_value,
    indicator.prior_year_value,
    indicator.rank,
    indicator.ranked_count,
    indicator.is_suppressed,
    indicator.direction,
    indicator.unit,
    coalesce(dim_area.area_kind, 'other') as area_kind,
from prefecture_comparison.fct_prefecture_indicator as indicator
left join core.dim_area on indicator.area_code = dim_area.area_code
where indicator.scheme_code = $scheme
    and indicator.period_type = $period_type
    and indicator.period_code = $period_code
    and indicator.indicator_code = $indicator_code
    and ($scope = '*' or list_contains(string_split($scope, ','), indicator.area_code))
order by indicator.indicator_value desc nulls last, indicator.area_code
