-- One row per scheme and person group of one area at a month's end, with the same month of last year.
select
    now.scheme_code,
    now.person_group_code,
    now.insured_count,
    now.double_enrolled_count,
    before.insured_count as prior_insured_count,
    before.double_enrolled_count as prior_double_enrolled_count,
    now.areas_reported_count,
from enrolment.fct_insured_month as now
left join enrolment.fct_insured_month as before
    on now.area_code = before.area_code
    and now.scheme_code = before.scheme_code
    and now.person_group_code = before.person_group_code
    and before.period_end_date = last_day(cast($period_end as date) - interval 1 year)
where now.area_code = $area_code
    and now.period_end_date = cast($period_end as date)
    and ($scheme = 'all' or now.scheme_code = $scheme)
    and ($scope = '*' or list_contains(string_split($scope, ','), now.area_code))
order by
    case now.scheme_code when 'employee' then 1 when 'resident' then 2 else 3 end,
    case when now.person_group_code = 'all' then 1 else 0 end,
    now.insured_count desc
