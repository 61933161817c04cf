{{ config(materialized='table') }}
-- What each scheme of an area brings to the indicators, from the fund that stands for it on the pooled basis. Residents'
-- reserve is that of the last closed year end, and so is that of 合计, whose parts must be of one day.
{%- set measures = [
    ("income", "balance.income_yuan"),
    ("expenditure", "balance.expenditure_yuan"),
    ("surplus", "balance.surplus_yuan"),
    ("rolling_income", "balance.rolling_income_yuan"),
    ("rolling_surplus", "balance.rolling_surplus_yuan"),
    ("income_growth", "balance.income_yuan - balance.prior_year_income_yuan"),
    ("prior_year_income", "balance.prior_year_income_yuan"),
    ("expenditure_growth", "balance.expenditure_yuan - balance.prior_year_expenditure_yuan"),
    ("prior_year_expenditure", "balance.prior_year_expenditure_yuan"),
    ("fiscal_subsidy", "account.fiscal_subsidy_yuan"),
    ("funding", "account.premium_yuan + coalesce(account.fiscal_subsidy_yuan, 0)"),
    ("benefit", "account.benefit_yuan"),
    ("remittance", "account.remittance_yuan"),
    ("ytd_income", "balance.ytd_income_yuan"),
    ("ytd_expenditure", "balance.ytd_expenditure_yuan"),
    ("budget_income", "budget.budget_income_yuan"),
    ("budget_expenditure", "budget.budget_expenditure_yuan"),
    ("reserve_closing", "case scheme.scheme_code when 'employee' then reserve.closing_yuan"
        ~ " else year_end.closing_yuan end"),
    ("reserve_monthly_expenditure", "case scheme.scheme_code when 'employee' then reserve.monthly_expenditure_yuan"
        ~ " else year_end.monthly_expenditure_yuan end"),
] %}
select
    scheme.area_code,
    scheme.scheme_code,
    scheme.fund_code,
    balance.period_type,
    balance.period_code,
    balance.period_end_date
    {%- for code, expression in measures %},
    cast({{ expression }} as decimal(26, 6)) as {{ code }}
    {%- endfor %}
from {{ ref('fund_balance__bridge_fund_scope') }} as scheme
inner join {{ ref('fund_balance__fct_fund_balance') }} as balance
    on
        scheme.area_code = balance.area_code
        and scheme.fund_code = balance.fund_code
        and balance.is_actual
left join {{ ref('int_prefecture_comparison__account') }} as account
    on
        balance.area_code = account.area_code
        and balance.fund_code = account.fund_code
        and balance.period_type = account.period_type
        and balance.period_code = account.period_code
left join {{ ref('int_fund_balance__budget_in_force') }} as budget
    on
        balance.area_code = budget.area_code
        and balance.fund_code = budget.fund_code
        and extract(year from balance.period_end_date) = budget.year_number
left join {{ ref('int_prefecture_comparison__reserve') }} as reserve
    on
        balance.area_code = reserve.area_code
        and balance.fund_code = reserve.fund_code
        and balance.period_type = reserve.period_type
        and balance.period_code = reserve.period_code
left join {{ ref('int_prefecture_comparison__year_end_reserve') }} as year_end
    on
        balance.area_code = year_end.area_code
        and balance.fund_code = year_end.fund_code
        and case
            when extract(month from balance.period_end_date) = 12 then extract(year from balance.period_end_date)
            else extract(year from balance.period_end_date) - 1
        end = year_end.year_number
where
    scheme.basis_code = 'pooled'
    and balance.area_kind <> 'region'
