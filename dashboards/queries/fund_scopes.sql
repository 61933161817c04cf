-- One row per area, scheme and basis: the fund they mean.
select
    area_code,
    scheme_code,
    basis_code,
    fund_code,
    is_split,
from fund_balance.bridge_fund_scope
where ($scope = '*' or list_contains(string_split($scope, ','), area_code))
