-- The lines that accounts are made of: statements as delivered, and for a month without a statement of its own the
-- business feeds (execution, premiums, subsidies, interest, benefits). Where a statement exists it is the balance; one
-- of the employees' fund as a whole speaks for its halves, and the other way round.
with given as (
    select distinct
        area_code,
        fund_code,
        period_code
    from {{ ref('fct_statement_line') }}
    where is_active and period_type = 'month' and statement_code in ('execution', 'final')
),

spoken_for as (
    select
        area_code,
        fund_code,
        period_code
    from given
    union
    select
        area_code,
        '310000' as fund_code,
        period_code
    from given
    where fund_code in ('310100', '310200')
    {% for half in ('310100', '310200') %}
    union
    select
        area_code,
        '{{ half }}' as fund_code,
        period_code
    from given
    where fund_code = '310000'
    {% endfor %}
),

business as (
    select
        business.*,
        {{ statement_key("business.area_code", "business.fund_code", "'month'", "business.month_code", "'execution'") }}
            as statement_key
    from {{ ref('int_fund_balance__business_month') }} as business
    left join spoken_for
        on
            business.area_code = spoken_for.area_code
            and business.fund_code = spoken_for.fund_code
            and business.month_code = spoken_for.period_code
    where spoken_for.fund_code is null and (business.fund_code <> '310000' or not business.is_split)
),

account_line as (
    {% for account in [
        'premium_income', 'fiscal_subsidy_income', 'interest_income', 'transfer_income', 'transfer_expenditure',
        'benefit_expenditure',
    ] %}
    select
        statement_key,
        area_code,
        fund_code,
        month_code,
        '{{ account }}' as account_code,
        {{ account }}_yuan as amount_yuan
    from business
    {{ "where " ~ account ~ "_yuan <> 0" if account not in ('premium_income', 'benefit_expenditure') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    statement_key,
    area_code,
    fund_code,
    period_type,
    period_code,
    statement_code,
    measure_code,
    account_code,
    account_name,
    parent_account_code,
    side_code,
    is_contained,
    is_in_total,
    nesting_code,
    amount_yuan,
    precision_yuan,
    'statement' as origin_code
from {{ ref('fct_statement_line') }}
where is_active
union all
select
    line.statement_key,
    line.area_code,
    line.fund_code,
    'month' as period_type,
    line.month_code as period_code,
    'execution' as statement_code,
    'period' as measure_code,
    line.account_code,
    account.account_name,
    cast(null as varchar) as parent_account_code,
    account.side_code,
    false as is_contained,
    false as is_in_total,
    'same' as nesting_code,
    line.amount_yuan,
    {{ yuan('0.01') }} as precision_yuan,
    'business' as origin_code
from account_line as line
inner join {{ ref('dim_account') }} as account on line.account_code = account.account_code
