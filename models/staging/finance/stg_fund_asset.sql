select
    period as given_period_code,
    admdvs as county_code,
    fund_code,
    fiscal_account as fiscal_account_yuan,
    income_account as income_account_yuan,
    expenditure_account as expenditure_account_yuan,
    advances as advance_yuan,
    payables as payable_yuan,
    loans as loan_yuan,
    event_month,
    delivery_no,
    file_no,
    row_number
from {{ source('lake', 'fund_asset') }}
