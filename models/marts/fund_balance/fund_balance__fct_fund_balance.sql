select
    balance.area_code,
    area.area_name,
    area.area_kind,
    balance.fund_code,
    fund.fund_name,
    balance.period_type,
    balance.period_code,
    balance.period_start_date,
    balance.period_end_date,
    balance.statement_code,
    balance.is_actual,
    balance.origin_code,
    balance.opening_yuan,
    balance.opening_basis,
    balance.opening_restatement_yuan,
    balance.income_yuan,
    balance.expenditure_yuan,
    balance.surplus_yuan,
    balance.closing_yuan,
    balance.stated_closing_yuan,
    balance.closing_difference_yuan,
    balance.stated_surplus_yuan,
    balance.stated_surplus_difference_yuan,
    balance.stated_income_difference_yuan,
    balance.stated_expenditure_difference_yuan,
    difference.final_audit_yuan,
    difference.difference_class,
    difference.difference_yuan,
    balance.actual_closing_yuan,
    {{ yuan('prepaid.prepaid_next_year_yuan') }} as prepaid_next_year_yuan,
    {{ yuan('balance.eliminated_yuan') }} as eliminated_yuan,
    balance.ytd_income_yuan,
    balance.ytd_expenditure_yuan,
    balance.ytd_surplus_yuan,
    reserve.rolling_income_yuan,
    reserve.rolling_expenditure_yuan,
    reserve.rolling_surplus_yuan,
    prior_year.prior_year_income_yuan,
    prior_year.prior_year_expenditure_yuan,
    prior_year.prior_year_closing_yuan,
    case
        when prior_year.prior_year_income_yuan > 0
            then {{ safe_ratio(
                'balance.income_yuan - prior_year.prior_year_income_yuan', 'prior_year.prior_year_income_yuan'
            ) }}
    end as income_yoy_ratio,
    case
        when prior_year.prior_year_expenditure_yuan > 0
            then {{ safe_ratio(
                'balance.expenditure_yuan - prior_year.prior_year_expenditure_yuan', 'prior_year.prior_year_expenditure_yuan'
            ) }}
    end as expenditure_yoy_ratio,
    reserve.reserve_months,
    reserve.reserve_months_without_prepaid,
    coalesce(reserve.reserve_months_basis, 'not_available') as reserve_months_basis,
    prior_year.year_end_reserve_months,
    {{ yuan('balance.precision_yuan') }} as precision_yuan,
    cast(balance.areas_reported_count as integer) as areas_reported_count,
    cast(balance.areas_expected_count as integer) as areas_expected_count,
    cast(prior_year.prior_areas_reported_count as integer) as prior_areas_reported_count,
    -- A budget is not held for what the months of its year have.
    coalesce(held.is_own_period or balance.is_actual, false) and held.area_code is not null as is_held
from {{ ref('int_fund_balance__balance') }} as balance
inner join {{ ref('dim_area') }} as area on balance.area_code = area.area_code
inner join {{ ref('dim_fund') }} as fund on balance.fund_code = fund.fund_code
inner join {{ ref('int_fund_balance__difference') }} as difference
    on balance.statement_key = difference.statement_key
left join {{ ref('int_fund_balance__reserve') }} as reserve on balance.statement_key = reserve.statement_key
left join {{ ref('int_fund_balance__prepaid') }} as prepaid on balance.statement_key = prepaid.statement_key
left join {{ ref('int_fund_balance__prior_year') }} as prior_year on balance.statement_key = prior_year.statement_key
left join {{ ref('int_data_quality__held') }} as held
    on
        balance.area_code = held.area_code
        and balance.fund_code = held.fund_code
        and balance.period_type = held.period_type
        and balance.period_code = held.period_code
