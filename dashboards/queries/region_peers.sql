-- One row per indicator of one area in a period.
select
    indicator_code,
    indicator_name,
    numerator,
    denominator,
    indicator_value,
    region_value,
    rank,
    ranked_count,
    prior_year_value,
    is_suppressed,
    direction,
    unit,
    sort_order,
from prefecture_comparison.fct_prefecture_indicator
where area_code = $area_code
    and scheme_code = $scheme
    and period_type = $period_type
    and period_code = $period_code
    and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
order by sort_order
