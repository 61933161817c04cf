{{ config(materialized='ephemeral') }}
-- Contributions by item and period, due and declared: the parts of the rows, subsidies by level of government, and early
-- retirees who should pay on. A difference that neither the base nor the rate explains is the other difference.
with item as (
    select distinct item_code, insutype_code, part_code
    from {{ ref('contribution_item') }}
),

last_month as (
    select max({{ month_number('month_code') }}) as last_index
    from {{ ref('dim_business_month') }}
),

age as (
    select
        max(case when age_code = 'short' then to_months end) as short_months,
        max(case when age_code = 'medium' then to_months end) as medium_months
    from {{ ref('arrears_age') }}
),

own as (
    select
        placed.area_code,
        placed.insutype_code,
        placed.item_code,
        placed.period_type,
        placed.period_code,
        placed.status_code,
        placed.reason_code,
        sum(placed.row_count) as row_count,
        sum(placed.wrong_count) as wrong_count,
        {{ sum_money('placed.base_yuan') }} as base_yuan,
        {{ sum_money('placed.due_base_yuan') }} as due_base_yuan,
        {{ sum_money('placed.declared_yuan') }} as declared_yuan,
        {{ sum_money('placed.expected_yuan') }} as expected_yuan,
        {{ sum_money('placed.base_difference_yuan') }} as base_difference_yuan,
        {{ sum_money('placed.rate_difference_yuan') }} as rate_difference_yuan,
        {{ sum_money('placed.collected_yuan') }} as collected_yuan,
        {{ sum_money('placed.arrears_yuan') }} as arrears_yuan,
        {{ sum_money('case when placed.age_months < age.short_months then placed.arrears_yuan else 0 end') }} as arrears_short_yuan,
        {{ sum_money('case when placed.age_months >= age.short_months and placed.age_months < age.medium_months'
            ~ ' then placed.arrears_yuan else 0 end') }} as arrears_medium_yuan,
        {{ sum_money('case when placed.age_months >= age.medium_months then placed.arrears_yuan else 0 end') }} as arrears_long_yuan
    from {{ ref('int_benefits__contribution_part') }} as placed
    cross join age
    group by
        placed.area_code,
        placed.insutype_code,
        placed.item_code,
        placed.period_type,
        placed.period_code,
        placed.status_code,
        placed.reason_code
    union all
    select
        subsidy.area_code, '390', item.item_code, 'year', subsidy.year_code,
        case when subsidy.missing_code is null then 'replayed' else 'not_replayable' end, subsidy.missing_code,
        subsidy.head_count, case when subsidy.declared_yuan <> subsidy.due_yuan then 1 else 0 end,
        null, null, subsidy.declared_yuan, subsidy.due_yuan, 0, 0, subsidy.arrived_yuan,
        subsidy.declared_yuan - subsidy.arrived_yuan,
        case when year_age.age_months < age.short_months then subsidy.declared_yuan - subsidy.arrived_yuan else 0 end,
        case
            when year_age.age_months >= age.short_months and year_age.age_months < age.medium_months
                then subsidy.declared_yuan - subsidy.arrived_yuan
            else 0
        end,
        case when year_age.age_months >= age.medium_months then subsidy.declared_yuan - subsidy.arrived_yuan else 0 end
    from {{ ref('int_benefits__subsidy_level') }} as subsidy
    inner join item on item.insutype_code = '390' and subsidy.part_code = item.part_code
    -- a year's subsidy is late after the year
    inner join (
        select period.period_code as year_code, last_month.last_index - {{ month_number("concat(period.period_code, '12')") }} as age_months
        from {{ ref('dim_period') }} as period
        cross join last_month
        where period.period_type = 'year'
    ) as year_age on subsidy.year_code = year_age.year_code
    cross join age
    union all
    select
        area_code, '310', 'early_retiree', 'month', due_month,
        case when least_due_yuan is null then 'not_replayable' else 'replayed' end,
        case when least_due_yuan is null then 'unit_contribution_rate' end,
        count(*), count(*), null, null, 0, sum(least_due_yuan), 0, 0, 0, 0, 0, 0, 0
    from {{ ref('int_benefits__early_retiree') }}
    where is_early_retiree_paying and not has_contribution
    group by area_code, due_month, least_due_yuan is null
)

select
    area_code,
    insutype_code,
    item_code,
    period_type,
    period_code,
    status_code,
    reason_code,
    row_count,
    wrong_count,
    base_yuan,
    due_base_yuan,
    declared_yuan,
    expected_yuan,
    base_difference_yuan,
    rate_difference_yuan,
    collected_yuan,
    arrears_yuan,
    arrears_short_yuan,
    arrears_medium_yuan,
    arrears_long_yuan,
    case when status_code = 'replayed' then declared_yuan - coalesce(expected_yuan, 0) end as difference_yuan,
    case
        when status_code = 'replayed'
            then declared_yuan - coalesce(expected_yuan, 0) - base_difference_yuan - rate_difference_yuan
    end as other_difference_yuan
from own
