{{ config(materialized='table') }}
-- One value per statement and item, period and year-to-date side by side. Items are the accounts and the statement's
-- own #income, #expenditure and #surplus. An account that is missing in a statement whose side is itemised counts 0.
with accounts as (
    select distinct
        statement.series_key,
        statement.year_number,
        account.account_code,
        account.side_code,
        account.account_role,
        account.parent_account_code
    from {{ ref('int_fund_balance__statement_account') }} as account
    inner join {{ ref('int_fund_balance__statement') }} as statement on account.statement_key = statement.statement_key
    where
        account.account_role in ('addend', 'of_which')
        and account.side_code in ('income', 'expenditure')
        and coalesce(account.parent_account_code, '') not in ('opening_balance', 'current_surplus', 'closing_balance')
),

account_of_year as (
    select
        series_key,
        year_number,
        account_code,
        min(side_code) as side_code,
        min(account_role) as account_role,
        min(parent_account_code) as parent_account_code
    from accounts
    group by series_key, year_number, account_code
),

present_parent as (
    select distinct
        statement_key,
        measure_code,
        parent_account_code
    from {{ ref('int_fund_balance__statement_account') }}
    where account_role = 'of_which'
),

given as (
    select
        statement.statement_key,
        side_total.measure_code,
        account_of_year.account_code as item_code,
        coalesce(
            account.amount_yuan,
            case
                when
                    case account_of_year.side_code
                        when 'income' then side_total.income_yuan is null or side_total.is_income_undetailed
                        else side_total.expenditure_yuan is null or side_total.is_expenditure_undetailed
                    end
                    then null
                when
                    account_of_year.account_role = 'addend'
                    or parent.account_code is null
                    or present_parent.parent_account_code is not null
                    then 0
            end
        ) as value_yuan
    from {{ ref('int_fund_balance__side_total') }} as side_total
    inner join {{ ref('int_fund_balance__statement') }} as statement
        on side_total.statement_key = statement.statement_key
    inner join account_of_year
        on statement.series_key = account_of_year.series_key and statement.year_number = account_of_year.year_number
    left join {{ ref('int_fund_balance__statement_account') }} as account
        on
            side_total.statement_key = account.statement_key
            and side_total.measure_code = account.measure_code
            and account_of_year.account_code = account.account_code
    left join {{ ref('int_fund_balance__statement_account') }} as parent
        on
            side_total.statement_key = parent.statement_key
            and side_total.measure_code = parent.measure_code
            and account_of_year.parent_account_code = parent.account_code
    left join present_parent
        on
            side_total.statement_key = present_parent.statement_key
            and side_total.measure_code = present_parent.measure_code
            and account_of_year.parent_account_code = present_parent.parent_account_code
    {% for item in ('income', 'expenditure', 'surplus') %}
    union all
    select
        statement_key,
        measure_code,
        '#{{ item }}' as item_code,
        {{ item }}_yuan as value_yuan
    from {{ ref('int_fund_balance__side_total') }}
    {% endfor %}
)

select
    statement_key,
    item_code,
    {{ yuan("max(case when measure_code = 'period' then value_yuan end)") }} as period_yuan,
    {{ yuan("max(case when measure_code = 'ytd' then value_yuan end)") }} as given_ytd_yuan
from given
group by statement_key, item_code
