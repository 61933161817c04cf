-- One row: whether the contribution replay has anything at all, and which months this area has.
select
    count(*) as rows_count,
    min(case when replay.area_code = $area_code then replay.period_code end) as first_month,
    max(case when replay.area_code = $area_code then replay.period_code end) as last_month,
from benefits.fct_contribution_replay as replay
where replay.period_type = 'month'
    and ($scope = '*' or list_contains(string_split($scope, ','), replay.area_code))
