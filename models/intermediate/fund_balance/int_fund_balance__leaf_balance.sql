{{ config(materialized='table') }}
-- Leaf statements with their balances, restatement and the expenditure that reserve months are measured by.
with excluded as (
    select
        item.statement_key,
        sum(item.amount_yuan) as excluded_yuan
    from {{ ref('int_fund_balance__leaf_item') }} as item
    inner join {{ ref('reserve_exclusion') }} as exclusion on item.account_code = exclusion.account_code
    where exclusion.is_excluded and item.account_role = 'addend'
    group by item.statement_key
)

select
    leaf.statement_key,
    leaf.area_code,
    leaf.fund_code,
    leaf.period_type,
    leaf.period_code,
    leaf.statement_code,
    leaf.period_index,
    leaf.period_start_date,
    leaf.period_end_date,
    leaf.is_given,
    leaf.origin_code,
    leaf.income_yuan,
    leaf.expenditure_yuan,
    leaf.surplus_yuan,
    leaf.ytd_income_yuan,
    leaf.ytd_expenditure_yuan,
    leaf.ytd_surplus_yuan,
    {{ yuan('leaf.expenditure_yuan - coalesce(excluded.excluded_yuan, 0)') }} as reserve_expenditure_yuan,
    opening.opening_yuan,
    opening.opening_basis,
    case
        when opening.opening_basis = 'prior_closing' then {{ yuan('0') }}
        -- A balance carried by the business feeds is no statement that an opening restates.
        when opening.prior_origin_code <> 'statement' then {{ yuan('null') }}
        else {{ yuan('opening.opening_yuan - opening.prior_closing_yuan') }}
    end as opening_restatement_yuan,
    opening.closing_yuan,
    opening.actual_closing_yuan,
    leaf.stated_closing_yuan,
    leaf.stated_surplus_yuan,
    leaf.stated_surplus_difference_yuan,
    leaf.stated_income_difference_yuan,
    leaf.stated_expenditure_difference_yuan,
    leaf.grand_total_income_yuan,
    leaf.grand_total_expenditure_yuan,
    leaf.income_terms,
    leaf.expenditure_terms,
    case when opening.opening_basis = 'derived' then leaf.income_terms + leaf.expenditure_terms + 1 else 1 end
        as opening_terms,
    leaf.precision_yuan,
    greatest(leaf.precision_yuan, coalesce(opening.prior_precision_yuan, 0)) as opening_precision_yuan
from {{ ref('int_fund_balance__leaf_statement') }} as leaf
inner join {{ ref('int_fund_balance__opening') }} as opening on leaf.statement_key = opening.statement_key
left join excluded on leaf.statement_key = excluded.statement_key
