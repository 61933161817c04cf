with stated as (
    select
        statement_key,
        account_code,
        account_name,
        stated_yuan,
        precision_yuan,
        row_number() over (partition by statement_key, account_code order by measure_code) as measure_no
    from {{ ref('int_fund_balance__statement_account') }}
),

-- Totals and balances as rows beside the accounts: computed, with what was stated.
total as (
    {% for code, amount, ytd in [
        ('income_total', 'income_yuan', 'ytd_income_yuan'),
        ('expenditure_total', 'expenditure_yuan', 'ytd_expenditure_yuan'),
        ('opening_balance', 'opening_yuan', 'null'),
        ('current_surplus', 'surplus_yuan', 'ytd_surplus_yuan'),
        ('closing_balance', 'closing_yuan', 'null'),
    ] %}
    select
        statement_key,
        '{{ code }}' as account_code,
        {{ amount }} as amount_yuan,
        {{ yuan(ytd) }} as ytd_yuan
    from {{ ref('int_fund_balance__balance') }}
    where {{ amount }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

entry as (
    select
        item.statement_key,
        item.account_code,
        coalesce(account.account_name, item.account_name) as account_name,
        item.parent_account_code,
        item.side_code,
        item.account_role,
        coalesce(account.sort_order, parent.sort_order, 900) as sort_order,
        item.amount_yuan,
        item.ytd_yuan
    from {{ ref('int_fund_balance__item') }} as item
    left join {{ ref('dim_account') }} as account on item.account_code = account.account_code
    left join {{ ref('dim_account') }} as parent on item.parent_account_code = parent.account_code
    union all
    select
        total.statement_key,
        total.account_code,
        account.account_name,
        account.parent_account_code,
        account.side_code,
        account.account_kind as account_role,
        account.sort_order,
        total.amount_yuan,
        total.ytd_yuan
    from total
    inner join {{ ref('dim_account') }} as account on total.account_code = account.account_code
)

select
    balance.area_code,
    area.area_name,
    balance.fund_code,
    fund.fund_name,
    balance.period_type,
    balance.period_code,
    balance.period_end_date,
    balance.statement_code,
    balance.is_actual,
    entry.account_code,
    entry.account_name,
    entry.parent_account_code,
    entry.side_code as side,
    entry.account_role,
    cast(entry.sort_order as integer) as sort_order,
    entry.amount_yuan,
    entry.ytd_yuan,
    stated.stated_yuan,
    prior_entry.amount_yuan as prior_year_amount_yuan,
    case
        when prior_entry.amount_yuan > 0
            then {{ safe_ratio('entry.amount_yuan - prior_entry.amount_yuan', 'prior_entry.amount_yuan') }}
    end as yoy_ratio,
    {{ yuan('coalesce(stated.precision_yuan, balance.precision_yuan)') }} as precision_yuan
from entry
inner join {{ ref('int_fund_balance__balance') }} as balance on entry.statement_key = balance.statement_key
inner join {{ ref('dim_area') }} as area on balance.area_code = area.area_code
inner join {{ ref('dim_fund') }} as fund on balance.fund_code = fund.fund_code
left join stated
    on entry.statement_key = stated.statement_key and entry.account_code = stated.account_code and stated.measure_no = 1
left join {{ ref('int_fund_balance__prior_year') }} as prior_year on entry.statement_key = prior_year.statement_key
left join entry as prior_entry
    on prior_year.prior_year_key = prior_entry.statement_key and entry.account_code = prior_entry.account_code
