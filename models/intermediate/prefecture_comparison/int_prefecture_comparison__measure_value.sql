{{ config(materialized='table') }}
-- The measures as rows, so that an indicator is two codes in a seed.
{%- set codes = [
    "income", "expenditure", "surplus", "rolling_income", "rolling_surplus", "income_growth", "prior_year_income",
    "expenditure_growth", "prior_year_expenditure", "fiscal_subsidy", "funding", "benefit", "remittance", "ytd_income",
    "ytd_expenditure", "budget_income", "budget_expenditure", "reserve_closing", "reserve_monthly_expenditure",
] %}
{%- for code in codes %}
select
    area_code,
    scheme_code,
    fund_code,
    period_type,
    period_code,
    period_end_date,
    '{{ code }}' as measure_code,
    {{ code }} as measure_value
from {{ ref('int_prefecture_comparison__scheme_measure') }}
where {{ code }} is not null
union all
{%- endfor %}
select
    measure.area_code,
    measure.scheme_code,
    scope.fund_code,
    measure.period_type,
    measure.period_code,
    measure.period_end_date,
    measure.measure_code,
    measure.measure_value
from {{ ref('int_prefecture_comparison__business_measure') }} as measure
inner join {{ ref('fund_scope') }} as scope
    on
        measure.scheme_code = scope.scheme_code
        and scope.basis_code = 'pooled'
        and scope.preference_no = 1
