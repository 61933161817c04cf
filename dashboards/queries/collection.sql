-- One row per fund, item and payer of one area in a period: due, collected, arrears. A payer who owes nothing is left out.
select *
from fund_balance.fct_collection
where area_code = $area_code
    and period_type = $period_type
    and period_code = $period_code
    and ($scheme = 'all' or scheme_code = $scheme)
    and (payer_code = 'all' or due_yuan <> 0 or coalesce(collected_yuan, 0) <> 0 or arrears_yuan <> 0)
    and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
order by
    case scheme_code when 'employee' then 1 when 'resident' then 2 else 3 end,
    fund_code,
    item_code,
    case payer_code when 'all' then 0 when 'employer' then 1 when '中央' then 1 when '自治区' then 2 when '盟市' then 3 else 4 end,
    payer_code
