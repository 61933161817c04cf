-- One row per received amount behind an area, fund and period (a region or a derived fund: of its parts).
-- Where the period itself was not received: the active amounts of the finer periods inside it.
with chosen as (
    select
        min(period_start_date) as period_start_date,
        max(period_end_date) as period_end_date,
    from fund_balance.fct_fund_balance
    where period_type = $period_type
        and period_code = $period_code
        and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
),

lines as (
    select
        line.*,
        line.period_type = $period_type and line.period_code = $period_code as is_own_period,
        case line.period_type when 'month' then 1 when 'quarter' then 2 when 'half' then 3 else 4 end
        < case $period_type when 'month' then 1 when 'quarter' then 2 when 'half' then 3 else 4 end
        and line.period_end_date between chosen.period_start_date and chosen.period_end_date as is_finer_period,
    from fund_balance.fct_statement_line as line
    cross join chosen
    left join core.dim_area on line.area_code = dim_area.area_code
    where (line.area_code = $area_code or dim_area.region_code = $area_code)
        and list_contains(string_split($fund_codes, ','), line.fund_code)
        and ($account_code = '*' or line.account_code = $account_code or line.parent_account_code = $account_code)
        and ($scope = '*' or list_contains(string_split($scope, ','), line.area_code))
),

kept as (
    select
        *,
        bool_or(is_own_period) over () as is_period_received,
    from lines
    where is_own_period or (is_finer_period and is_active)
)

select
    area_name,
    fund_code,
    period_type,
    period_code,
    is_own_period,
    statement_code,
    account_code,
    account_name,
    measure_code,
    amount_yuan,
    file_name,
    sheet_name,
    row_number,
    cell_ref,
    unit_code,
    doc_no,
    delivery_no,
    is_active,
from kept
where is_own_period or not is_period_received
order by is_active desc, period_end_date, area_code, file_name, sheet_name, row_number, cell_ref
limit 400
