-- One row per indicator that any area has in a scheme: its name.
select
    indicator_code,
    indicator_name,
    min(sort_order) as sort_order,
from prefecture_comparison.fct_prefecture_indicator
where scheme_code = $scheme
    and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
group by indicator_code, indicator_name
order by sort_order
