-- One row per fund: its short name.
select
    fund_code,
    fund_name,
    fund_short_name,
from core.dim_fund
order by sort_order
