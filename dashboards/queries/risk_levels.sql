-- One row per area: level of the chosen scheme (pooled basis), with the balance on the chosen basis beside it.
-- 合计 is the worst of the area's funds (fund ALL).
with levels as (
    select warning_level.*
    from deficit_warning.fct_warning_level as warning_level
    left join fund_balance.bridge_fund_scope as pooled
        on warning_level.area_code = pooled.area_code
        and pooled.scheme_code = $scheme
        and pooled.basis_code = 'pooled'
    where warning_level.period_type = $period_type
        and warning_level.period_code = $period_code
        and warning_level.fund_code = case
            when $scheme = 'all' then 'ALL'
            when $scheme = 'resident' then '390100'
            else coalesce(pooled.fund_code, '310100')
        end
        and ($scope = '*' or list_contains(string_split($scope, ','), warning_level.area_code))
),

balances as (
    -- where an area has no figures on the chosen basis in this period, the other one, marked
    select
        balance.*,
        scope.basis_code = $basis as is_chosen_basis,
        row_number() over (
            partition by balance.area_code
            order by case when scope.basis_code = $basis then 1 else 2 end
        ) as preference_no,
    from fund_balance.fct_fund_balance as balance
    inner join fund_balance.bridge_fund_scope as scope
        on balance.area_code = scope.area_code
        and balance.fund_code = scope.fund_code
        and scope.scheme_code = $scheme
    where balance.is_actual
        and balance.period_type = $period_type
        and balance.period_code = $period_code
)

select
    levels.area_code,
    levels.area_name,
    coalesce(dim_area.area_kind, balances.area_kind, 'other') as area_kind,
    dim_area.area_short_name,
    dim_area.tile_column,
    dim_area.tile_row,
    levels.fund_code as warning_fund_code,
    levels.level_code,
    levels.previous_level_code,
    -- nothing has changed, or stayed, since a period that there is not
    case when not levels.is_first_period then levels.change_code end as change_code,
    levels.months_in_level,
    levels.trend_code,
    levels.leading_rule_code,
    levels.leading_rule_name,
    levels.leading_metric_value,
    levels.leading_threshold_value,
    lead_rule.metric_name as leading_metric_name,
    lead_rule.unit as leading_unit,
    lead_rule.level_reason,
    levels.leading_fund_code,
    levels.change_rule_code,
    levels.change_rule_name,
    change_rule.metric_name as change_metric_name,
    change_rule.unit as change_unit,
    change_rule.metric_value as change_metric_value,
    change_rule.threshold_value as change_threshold_value,
    levels.surplus_level_code,
    levels.rules_hit_count,
    levels.reserve_months,
    levels.is_reported,
    levels.is_held or coalesce(balances.is_held, false) as is_held,
    balances.fund_code,
    balances.is_chosen_basis,
    balances.income_yuan,
    balances.expenditure_yuan,
    balances.surplus_yuan,
    balances.actual_closing_yuan,
    balances.income_yoy_ratio,
    balances.expenditure_yoy_ratio,
    case levels.level_code
        when 'red' then 1 when 'orange' then 2 when 'yellow' then 3 when 'blue' then 4 when 'none' then 5 else 6
    end as level_order,
from levels
left join balances on levels.area_code = balances.area_code and balances.preference_no = 1
left join core.dim_area on levels.area_code = dim_area.area_code
left join deficit_warning.fct_warning as lead_rule
    on levels.area_code = lead_rule.area_code
    and levels.leading_fund_code = lead_rule.fund_code
    and levels.period_type = lead_rule.period_type
    and levels.period_code = lead_rule.period_code
    and levels.leading_rule_code = lead_rule.rule_code
left join deficit_warning.fct_warning as change_rule
    on levels.area_code = change_rule.area_code
    and levels.change_fund_code = change_rule.fund_code
    and levels.period_type = change_rule.period_type
    and levels.period_code = change_rule.period_code
    and levels.change_rule_code = change_rule.rule_code
order by
    level_order,
    balances.actual_closing_yuan nulls last,
    levels.area_code
