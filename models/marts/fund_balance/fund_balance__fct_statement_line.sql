select
    line.area_code,
    area.area_name,
    line.fund_code,
    line.period_type,
    line.period_code,
    period.period_end_date,
    line.statement_code,
    line.account_code,
    line.account_name,
    line.parent_account_code,
    line.is_of_which,
    line.side_code,
    line.measure_code,
    line.amount_yuan,
    line.precision_yuan,
    line.unit_code,
    line.doc_no,
    line.delivery_no,
    line.file_name,
    line.content_hash,
    line.record_no,
    line.sheet_name,
    line.row_number,
    line.cell_ref,
    line.is_active,
    line.inactive_reason,
    line.is_unknown_account
from {{ ref('fct_statement_line') }} as line
inner join {{ ref('dim_area') }} as area on line.area_code = area.area_code
inner join {{ ref('dim_period') }} as period
    on line.period_type = period.period_type and line.period_code = period.period_code
