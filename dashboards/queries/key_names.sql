-- One row per code that stands in the keys of failed rows: the name of the area, fund, statement or account.
select
    area_code as code,
    area_name as name,
from core.dim_area
union all
select
    fund_code as code,
    fund_short_name as name,
from core.dim_fund
union all
select
    statement_code as code,
    statement_name as name,
from core.dim_statement
union all
select
    account_code as code,
    account_name as name,
from core.dim_account
