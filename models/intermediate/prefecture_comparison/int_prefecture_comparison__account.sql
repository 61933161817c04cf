-- The accounts that indicators ask for, side by side. An account that a statement does not show stays unknown.
select
    area_code,
    fund_code,
    period_type,
    period_code,
    max(case when account_code = 'fiscal_subsidy_income' then amount_yuan end) as fiscal_subsidy_yuan,
    max(case when account_code = 'premium_income' then amount_yuan end) as premium_yuan,
    max(case when account_code = 'benefit_expenditure' then amount_yuan end) as benefit_yuan,
    max(case when account_code = 'remittance_to_superior_expenditure' then amount_yuan end) as remittance_yuan
from {{ ref('fund_balance__fct_fund_account') }}
where
    is_actual
    and account_code in (
        'premium_income', 'fiscal_subsidy_income', 'benefit_expenditure', 'remittance_to_superior_expenditure'
    )
group by area_code, fund_code, period_type, period_code
