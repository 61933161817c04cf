select
    fund_code,
    fund_name,
    fund_short_name,
    scheme_code,
    parent_fund_code,
    sort_order,
    is_derived
from {{ ref('fund') }}
