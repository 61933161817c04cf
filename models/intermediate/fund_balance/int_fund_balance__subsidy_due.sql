-- Subsidies of residents by level of government: due for the whole year, and what had arrived by the end of each period of
-- that year. An amount that arrived without a date has arrived by the year's end.
with subsidy as (
    select
        area_code,
        cast(year_code as integer) as year_number,
        government_level_code,
        due_yuan,
        arrived_yuan,
        arrived_date as known_date,
        coalesce(arrived_date, make_date(cast(year_code as integer), 12, 31)) as arrived_date
    from {{ ref('fct_subsidy') }}
),

-- what is not over yet has no row: a period counts up to the last month that anything came in
horizon as (
    select last_day(max(known_date)) as last_date
    from (
        select coalesce(max(known_date), max(arrived_date)) as known_date
        from subsidy
        union all
        select max(make_date(
            cast(substr(event_month, 1, 4) as integer), cast(substr(event_month, 5, 2) as integer), 1
        )) as known_date
        from {{ ref('agg_contribution_month') }}
    ) as known
),

summed as (
    select
        subsidy.area_code,
        subsidy.government_level_code,
        period.period_type,
        period.period_code,
        period.period_end_date,
        {{ sum_money("subsidy.due_yuan") }} as due_yuan,
        {{ sum_money(
            "case when subsidy.arrived_date <= period.period_end_date then coalesce(subsidy.arrived_yuan, 0) else 0 end"
        ) }} as collected_of_due_yuan
    -- one to many: a year's subsidy stands in each of its periods
    from subsidy
    inner join {{ ref('dim_period') }} as period on subsidy.year_number = period.year_number
    inner join horizon on period.period_end_date <= horizon.last_date
    group by
        subsidy.area_code,
        subsidy.government_level_code,
        period.period_type,
        period.period_code,
        period.period_end_date
)

select
    area_code,
    'resident' as scheme_code,
    '390100' as fund_code,
    government_level_code,
    period_type,
    period_code,
    period_end_date,
    due_yuan,
    collected_of_due_yuan,
    {{ yuan("due_yuan - collected_of_due_yuan") }} as arrears_yuan
from summed
