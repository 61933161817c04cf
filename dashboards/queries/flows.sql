-- One row per area and scheme: what came in, what went out, what is left, against last year, budget and region.
with chosen as (
    -- where an area has no figures on the chosen basis in this period, the other one, marked
    select
        balance.*,
        scope.scheme_code,
        scope.basis_code = $basis as is_chosen_basis,
        row_number() over (
            partition by balance.area_code, scope.scheme_code
            order by case when scope.basis_code = $basis then 1 else 2 end
        ) as preference_no,
    from fund_balance.fct_fund_balance as balance
    inner join fund_balance.bridge_fund_scope as scope
        on balance.area_code = scope.area_code
        and balance.fund_code = scope.fund_code
        and ($scheme = 'all' or scope.scheme_code = $scheme)
    where balance.is_actual
        and balance.period_type = $period_type
        and balance.period_code = $period_code
        and ($scope = '*' or list_contains(string_split($scope, ','), balance.area_code))
)

select
    balance.area_code,
    balance.area_name,
    balance.area_kind,
    coalesce(dim_area.sort_order, 9999) as sort_order,
    balance.scheme_code,
    balance.is_chosen_basis,
    balance.fund_code,
    balance.fund_name,
    balance.income_yuan,
    balance.expenditure_yuan,
    balance.surplus_yuan,
    balance.actual_closing_yuan,
    balance.ytd_income_yuan,
    balance.ytd_expenditure_yuan,
    balance.income_yoy_ratio,
    balance.expenditure_yoy_ratio,
    balance.prior_year_closing_yuan,
    -- residents are seasonal: their months are those of the last year end
    case when balance.scheme_code = 'employee' then balance.reserve_months else balance.year_end_reserve_months end
        as reserve_months,
    balance.areas_reported_count,
    balance.areas_expected_count,
    balance.difference_class,
    balance.origin_code,
    balance.is_held,
    coalesce(revised.income_yuan, budget.income_yuan) as budget_income_yuan,
    coalesce(revised.expenditure_yuan, budget.expenditure_yuan) as budget_expenditure_yuan,
    indicator.region_value as region_reserve_months,
from chosen as balance
left join core.dim_area on balance.area_code = dim_area.area_code
left join fund_balance.fct_fund_balance as budget
    on balance.area_code = budget.area_code
    and balance.fund_code = budget.fund_code
    and budget.period_type = 'year'
    and budget.period_code = $year
    and budget.statement_code = 'budget'
left join fund_balance.fct_fund_balance as revised
    on balance.area_code = revised.area_code
    and balance.fund_code = revised.fund_code
    and revised.period_type = 'year'
    and revised.period_code = $year
    and revised.statement_code = 'revised_budget'
    -- what some areas revised is not the region's budget
    and revised.areas_reported_count >= revised.areas_expected_count
left join prefecture_comparison.fct_prefecture_indicator as indicator
    on balance.area_code = indicator.area_code
    and balance.scheme_code = indicator.scheme_code
    and balance.period_type = indicator.period_type
    and balance.period_code = indicator.period_code
    and indicator.indicator_code = 'reserve_months'
where balance.preference_no = 1
order by
    sort_order,
    balance.area_code,
    case balance.scheme_code when 'employee' then 1 when 'resident' then 2 else 3 end
