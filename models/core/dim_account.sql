select
    account_code,
    account_name,
    side_code,
    level_no,
    parent_account_code,
    account_kind,
    is_level_transfer,
    sort_order,
    budget_code
from {{ ref('account') }}
