{{ config(materialized='table') }}
-- The measures as rows, so that an indicator is two codes in a seed.
{%- set codes = [
    "income", "expenditure", "surplus", "rolling_income", "rolling_surplus", "income_growth", "prior_year_income",
    "expenditure_growth", "prior_year_expenditure", "fiscal_subsidy", "benefit", "remittance", "ytd_income",
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
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
