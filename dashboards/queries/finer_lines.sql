-- One row per received amount of the finer periods inside a period that was not received itself.
with chosen as (
    select
        min(period_start_date) as period_start_date,
        max(period_end_date) as period_end_date,
    from fund_balance.fct_fund_balance
    where period_type = $period_type
        and period_code = $period_code
        and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
)

select
    line.area_name,
    line.fund_code,
    line.period_type,
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
inner join chosen
    on line.period_end_date between chosen.period_start_date and chosen.period_end_date
left join core.dim_area on line.area_code = dim_area.area_code
where (line.area_code = $area_code or dim_area.region_code = $area_code)
    and list_contains(string_split($fund_codes, ','), line.fund_code)
    and line.is_active
    and case line.period_type when 'month' then 1 when 'quarter' then 2 when 'half' then 3 else 4 end
    < case $period_type when 'month' then 1 when 'quarter' then 2 when 'half' then 3 else 4 end
    and ($account_code = '*' or line.account_code = $account_code or line.parent_account_code = $account_code)
    and ($scope = '*' or list_contains(string_split($scope, ','), line.area_code))
order by line.period_end_date, line.area_code, line.file_name, line.sheet_name, line.row_number, line.cell_ref
limit 400
