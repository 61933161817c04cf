-- One row per scheme, person group and month of one area, up to a day.
select
    scheme_code,
    person_group_code,
    period_code,
    period_end_date,
    insured_count,
    in_service_count,
    retired_count,
    double_enrolled_count,
    areas_reported_count,
from enrolment.fct_insured_month
where area_code = $area_code
    and period_end_date <= cast($period_end as date)
    and ($scheme = 'all' or scheme_code = $scheme)
    and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
order by period_end_date, scheme_code, person_group_code
