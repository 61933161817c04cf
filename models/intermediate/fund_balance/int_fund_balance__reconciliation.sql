{{ config(materialized='table') }}
{% set lines = ['premium_income', 'fiscal_subsidy_income', 'interest_income', 'benefit_expenditure'] %}
{% set causes = ['unpaid', 'deduction', 'deposit', 'case_group', 'prepayment', 'other_payment'] %}
-- What the business feeds sum up to against the line of the statement, where both are there, with the difference split
-- by cause. Settled is not paid: 待遇支出 is kept on the cash basis. Coarser periods are sums where every month is there.
with business as (
    select
        business.area_code,
        business.fund_code,
        coarse.period_type,
        coarse.period_code,
        min(case when business.is_paid then 1 else 0 end) = 1 as is_split,
        count(*) as month_count,
        {% for item in lines if item != 'benefit_expenditure' %}
        {{ sum_money('business.' ~ item ~ '_yuan') }} as {{ item }}_yuan,
        {% endfor %}
        {{ sum_money('business.settled_yuan') }} as benefit_expenditure_yuan,
        {{ sum_money('business.applied_yuan - business.settled_yuan') }} as unpaid_yuan,
        {% for item in causes if item != 'unpaid' %}
        {{ sum_money('business.' ~ item ~ '_yuan') }} as {{ item }}_yuan{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_fund_balance__business_month') }} as business
    inner join {{ ref('dim_period') }} as part on part.period_type = 'month' and business.month_code = part.period_code
    inner join {{ ref('dim_period') }} as coarse
        on part.period_start_date >= coarse.period_start_date and part.period_end_date <= coarse.period_end_date
    group by business.area_code, business.fund_code, coarse.period_type, coarse.period_code
    having count(*) = max(12 / {{ periods_per_year('coarse.period_type') }})
),

subsidised as (
    select distinct
        area_code,
        substr(month_code, 1, 4) as year_code
    from {{ ref('int_fund_balance__business_flow') }}
    where flow_code = 'subsidy'
),

stated as (
    select
        balance.area_code,
        balance.fund_code,
        balance.period_type,
        balance.period_code,
        item.account_code,
        item.amount_yuan as statement_yuan,
        balance.precision_yuan,
        case when balance.rollup_kind = 'fund' then 2 else 1 end as part_count
    from {{ ref('int_fund_balance__balance') }} as balance
    inner join {{ ref('int_fund_balance__item') }} as item on balance.statement_key = item.statement_key
    where
        balance.is_actual
        and balance.origin_code = 'statement'
        and coalesce(balance.rollup_kind, '') <> 'region'
        and item.account_code in ({{ quoted_list(lines) }})
        and item.amount_yuan is not null
),

compared as (
    {% for line in lines %}
    select
        stated.area_code,
        stated.fund_code,
        stated.period_type,
        stated.period_code,
        stated.account_code,
        business.is_split,
        business.{{ line }}_yuan as business_yuan,
        stated.statement_yuan,
        {% for cause in causes %}
        {% if line == 'benefit_expenditure' %}
        case when business.is_split then business.{{ cause }}_yuan else 0 end as {{ cause }}_yuan,
        {% else %}
        0 as {{ cause }}_yuan,
        {% endif %}
        {% endfor %}
        -- A month may be the difference of two rounded year-to-dates, and the employees' fund the sum of two of them.
        {{ rounding_tolerance('stated.precision_yuan', 'stated.part_count * (business.month_count + 1) - 1') }}
            as tolerance_yuan
    from stated
    inner join business
        on
            stated.area_code = business.area_code
            and stated.fund_code = business.fund_code
            and stated.period_type = business.period_type
            and stated.period_code = business.period_code
    {% if line == 'fiscal_subsidy_income' %}
    inner join subsidised
        on stated.area_code = subsidised.area_code and substr(stated.period_code, 1, 4) = subsidised.year_code
    {% endif %}
    where
        stated.account_code = '{{ line }}'
        {% if line == 'fiscal_subsidy_income' %}and stated.fund_code = '390100'{% endif %}
        {% if line == 'interest_income' %}and stated.fund_code = '310200'{% endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- The region: the areas that have both sides.
placed as (
    select compared.*, 1 as area_count
    from compared
    union all
    select
        area.region_code as area_code, compared.fund_code, compared.period_type, compared.period_code,
        compared.account_code,
        min(case when compared.is_split then 1 else 0 end) = 1 as is_split,
        sum(compared.business_yuan) as business_yuan,
        sum(compared.statement_yuan) as statement_yuan,
        {% for cause in causes %}
        sum(compared.{{ cause }}_yuan) as {{ cause }}_yuan,
        {% endfor %}
        sum(cast(compared.tolerance_yuan as decimal(20, 4))) as tolerance_yuan,
        count(*) as area_count
    from compared
    inner join {{ ref('dim_area') }} as area on compared.area_code = area.area_code
    where area.is_expected_reporter
    group by
        area.region_code, compared.fund_code, compared.period_type, compared.period_code, compared.account_code
)

select
    area_code,
    fund_code,
    period_type,
    period_code,
    account_code,
    is_split or account_code <> 'benefit_expenditure' as is_split,
    {{ yuan('business_yuan') }} as business_yuan,
    {{ yuan('statement_yuan') }} as statement_yuan,
    {{ yuan('statement_yuan - business_yuan') }} as difference_yuan,
    {% for cause in causes %}
    {{ yuan(cause ~ '_yuan') }} as {{ cause }}_yuan,
    {% endfor %}
    {{ yuan('statement_yuan - business_yuan - unpaid_yuan - deduction_yuan - deposit_yuan - case_group_yuan'
        ~ ' - prepayment_yuan - other_payment_yuan') }} as unexplained_yuan,
    {{ yuan('tolerance_yuan') }} as tolerance_yuan,
    cast(area_count as integer) as areas_reported_count
from placed
