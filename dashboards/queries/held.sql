-- One row per hold of a period: which figures are 待核 and why.
select
    hold.area_code,
    coalesce(dim_area.area_name, hold.area_code) as area_name,
    hold.fund_code,
    coalesce(dim_fund.fund_name, hold.fund_code) as fund_name,
    hold.period_type,
    hold.period_code,
    hold.check_id,
    hold.reason,
from data_quality.fct_hold as hold
left join core.dim_area on hold.area_code = dim_area.area_code
left join core.dim_fund on hold.fund_code = dim_fund.fund_code
where ($period_code = '*' or (hold.period_type = $period_type and hold.period_code = $period_code))
    and ($scope = '*' or list_contains(string_split($scope, ','), hold.area_code))
order by hold.period_code desc, hold.area_code, hold.fund_code, hold.check_id
