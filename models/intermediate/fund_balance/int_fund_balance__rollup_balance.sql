{{ config(materialized='table') }}
-- Derived statements: sums over their parts, less what is eliminated; a balance is known when every part's is.
with eliminated as (
    select
        rollup_key,
        sum(eliminated_yuan) as eliminated_yuan,
        sum(eliminated_ytd_yuan) as eliminated_ytd_yuan
    from {{ ref('int_fund_balance__rollup_elimination') }}
    group by rollup_key
),

summed as (
    select
        part.rollup_key,
        part.area_code,
        part.fund_code,
        part.period_type,
        part.period_code,
        part.statement_code,
        part.rollup_kind,
        {% for column in [
            'income_yuan', 'expenditure_yuan', 'surplus_yuan', 'ytd_income_yuan', 'ytd_expenditure_yuan',
            'ytd_surplus_yuan', 'reserve_expenditure_yuan', 'opening_yuan', 'opening_restatement_yuan',
            'closing_yuan', 'actual_closing_yuan',
        ] %}
        {{ sum_if_all_known('leaf.' ~ column) }} as {{ column }},
        {% endfor %}
        min(leaf.opening_basis) as first_opening_basis,
        max(leaf.opening_basis) as last_opening_basis,
        min(leaf.origin_code) as first_origin_code,
        max(leaf.origin_code) as last_origin_code,
        sum(leaf.income_terms) as income_terms,
        sum(leaf.expenditure_terms) as expenditure_terms,
        sum(leaf.opening_terms) as opening_terms,
        max(leaf.precision_yuan) as precision_yuan,
        max(leaf.opening_precision_yuan) as opening_precision_yuan,
        count(distinct case when area.is_expected_reporter then part.part_area_code end) as areas_reported_count
    from {{ ref('int_fund_balance__rollup_part') }} as part
    inner join {{ ref('int_fund_balance__leaf_balance') }} as leaf on part.part_key = leaf.statement_key
    inner join {{ ref('dim_area') }} as area on part.part_area_code = area.area_code
    group by
        part.rollup_key, part.area_code, part.fund_code, part.period_type, part.period_code,
        part.statement_code, part.rollup_kind
)

select
    summed.rollup_key as statement_key,
    summed.area_code,
    summed.fund_code,
    summed.period_type,
    summed.period_code,
    summed.statement_code,
    summed.rollup_kind,
    {{ one_origin('summed.first_origin_code', 'summed.last_origin_code') }} as origin_code,
    {{ yuan('summed.income_yuan - coalesce(eliminated.eliminated_yuan, 0)') }} as income_yuan,
    {{ yuan('summed.expenditure_yuan - coalesce(eliminated.eliminated_yuan, 0)') }} as expenditure_yuan,
    summed.surplus_yuan,
    {{ yuan('summed.ytd_income_yuan - coalesce(eliminated.eliminated_ytd_yuan, 0)') }} as ytd_income_yuan,
    {{ yuan('summed.ytd_expenditure_yuan - coalesce(eliminated.eliminated_ytd_yuan, 0)') }} as ytd_expenditure_yuan,
    summed.ytd_surplus_yuan,
    summed.reserve_expenditure_yuan,
    coalesce(eliminated.eliminated_yuan, 0) as eliminated_yuan,
    summed.opening_yuan,
    case
        when summed.opening_yuan is null then 'not_available'
        when summed.first_opening_basis = summed.last_opening_basis then summed.first_opening_basis
        else 'derived'
    end as opening_basis,
    summed.opening_restatement_yuan,
    summed.closing_yuan,
    summed.actual_closing_yuan,
    summed.income_terms,
    summed.expenditure_terms,
    summed.opening_terms,
    summed.precision_yuan,
    summed.opening_precision_yuan,
    summed.areas_reported_count
from summed
left join eliminated on summed.rollup_key = eliminated.rollup_key
