-- One row per received amount behind an area, fund and period (a region or a derived fund: of its parts).
select
    line.area_name,
    line.fund_code,
    line.period_code,
    line.statement_code,
    line.account_code,
    line.account_name,
    line.measure_code,
    line.amount_yuan,
    line.file_name,
    line.sheet_name,
    line.row_number,
    line.cell_ref,
    line.unit_code,
    line.doc_no,
    line.delivery_no,
    line.is_active,
from fund_balance.fct_statement_line as line
left join core.dim_area on line.area_code = dim_area.area_code
where (line.area_code = $area_code or dim_area.region_code = $area_code)
    and list_contains(string_split($fund_codes, ','), line.fund_code)
    and line.period_type = $period_type
    and line.period_code = $period_code
    and ($account_code = '*' or line.account_code = $account_code or line.parent_account_code = $account_code)
    and ($scope = '*' or list_contains(string_split($scope, ','), line.area_code))
order by line.is_active desc, line.area_code, line.file_name, line.sheet_name, line.row_number, line.cell_ref
limit 400
