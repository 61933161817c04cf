select
    reconciliation.area_code,
    area.area_name,
    area.area_kind,
    reconciliation.fund_code,
    fund.fund_name,
    reconciliation.period_type,
    reconciliation.period_code,
    period.period_end_date,
    reconciliation.account_code as line_code,
    account.account_name as line_name,
    reconciliation.business_yuan,
    reconciliation.statement_yuan,
    reconciliation.difference_yuan,
    reconciliation.unpaid_yuan,
    reconciliation.deduction_yuan,
    reconciliation.deposit_yuan,
    reconciliation.case_group_yuan,
    reconciliation.prepayment_yuan,
    reconciliation.other_payment_yuan,
    reconciliation.unexplained_yuan,
    reconciliation.tolerance_yuan,
    reconciliation.is_split,
    reconciliation.areas_reported_count,
    cast(case when area.area_kind = 'region' then expected.areas_expected_count else 1 end as integer)
        as areas_expected_count
from {{ ref('int_fund_balance__reconciliation') }} as reconciliation
inner join {{ ref('dim_area') }} as area on reconciliation.area_code = area.area_code
inner join {{ ref('dim_fund') }} as fund on reconciliation.fund_code = fund.fund_code
inner join {{ ref('dim_account') }} as account on reconciliation.account_code = account.account_code
inner join {{ ref('dim_period') }} as period
    on reconciliation.period_type = period.period_type and reconciliation.period_code = period.period_code
left join {{ ref('int_fund_balance__expected_count') }} as expected
    on reconciliation.area_code = expected.region_code and reconciliation.fund_code = expected.fund_code
