-- One row per scheme, basis and kind of period in which an area has actual figures: from when to when.
select
    scope.scheme_code,
    scope.basis_code,
    balance.period_type,
    min(balance.period_code) as period_code_first,
    max(balance.period_code) as period_code_last,
    count(distinct balance.period_code) as periods_count,
from fund_balance.fct_fund_balance as balance
inner join fund_balance.bridge_fund_scope as scope
    on balance.area_code = scope.area_code
    and balance.fund_code = scope.fund_code
where balance.area_code = $area_code
    and balance.is_actual
    -- residents have no personal accounts: both bases are one
    and not (scope.scheme_code = 'resident' and scope.basis_code = 'with_account')
    and ($scope = '*' or list_contains(string_split($scope, ','), balance.area_code))
group by scope.scheme_code, scope.basis_code, balance.period_type
order by
    case scope.scheme_code when 'employee' then 1 when 'resident' then 2 else 3 end,
    scope.basis_code,
    case balance.period_type when 'month' then 1 when 'quarter' then 2 when 'half' then 3 else 4 end
