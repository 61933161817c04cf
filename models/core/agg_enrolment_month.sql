{{ config(contract={'enforced': true}) }}

-- Persons covered at the end of each month, by running totals over the months in which cover begins or stops: linear in
-- the spells, never persons x months. Overlapping spells of one person in one cell are one cover; a retirement inside a
-- spell moves the person from one group to the other. It is over 150 lines because both counts share that timeline.
with part as (
    -- Before the retirement the person is in service, from its month on retired.
    select
        person_key,
        area_code,
        county_code,
        insutype_code,
        scheme_code,
        is_basic,
        case when is_retired and retirement_date is not null then 'in_service' else person_group_code end as person_group_code,
        {{ month_code('begin_date') }} as begin_month,
        -- The first month at whose end the person is not covered any more.
        least(
            coalesce({{ month_code(dbt.dateadd('day', 1, 'pause_date')) }}, '999999'),
            case when is_retired then coalesce({{ month_code('retirement_date') }}, '999999') else '999999' end
        ) as end_month
    from {{ ref('fct_insurance_spell') }}
    where is_counted and (not is_retired or retirement_date is not null)
    union all
    select
        person_key,
        area_code,
        county_code,
        insutype_code,
        scheme_code,
        is_basic,
        case when person_group_code in ('in_service', 'other') then 'retired' else person_group_code end as person_group_code,
        greatest({{ month_code('begin_date') }}, coalesce({{ month_code('retirement_date') }}, '000000')) as begin_month,
        coalesce({{ month_code(dbt.dateadd('day', 1, 'pause_date')) }}, '999999') as end_month
    from {{ ref('fct_insurance_spell') }}
    where is_counted and is_retired
),

-- Steps of +1 and -1 of one person in one cell, as often as spells begin or stop there.
cell_event as (
    select
        person_key,
        area_code,
        county_code,
        insutype_code,
        scheme_code,
        is_basic,
        person_group_code,
        begin_month as month_code,
        1 as step
    from part
    where begin_month < end_month
    union all
    select
        person_key,
        area_code,
        county_code,
        insutype_code,
        scheme_code,
        is_basic,
        person_group_code,
        end_month as month_code,
        -1 as step
    from part
    where begin_month < end_month and end_month < '999999'
),

cell_running as (
    select
        person_key,
        area_code,
        county_code,
        insutype_code,
        scheme_code,
        is_basic,
        person_group_code,
        month_code,
        sum(step) as step,
        sum(sum(step)) over (
            partition by person_key, insutype_code, county_code, person_group_code order by month_code
            rows between unbounded preceding and current row
        ) as spell_count
    from cell_event
    group by person_key, area_code, county_code, insutype_code, scheme_code, is_basic, person_group_code, month_code
),

-- One cover of one person in one cell, however many spells it is made of.
cell_step as (
    select
        person_key,
        area_code,
        county_code,
        insutype_code,
        scheme_code,
        is_basic,
        person_group_code,
        month_code,
        case when spell_count > 0 then 1 else -1 end as step
    from cell_running
    where (spell_count > 0 and spell_count - step <= 0) or (spell_count <= 0 and spell_count - step > 0)
),

-- Persons with basic cover in two schemes or two areas at any time: few, followed one by one.
candidate as (
    select person_key
    from cell_step
    where is_basic
    group by person_key
    having min(scheme_code) <> max(scheme_code) or min(area_code) <> max(area_code)
),

cover_running as (
    select
        cell_step.person_key,
        cell_step.scheme_code,
        cell_step.area_code,
        cell_step.month_code,
        sum(cell_step.step) as step,
        sum(sum(cell_step.step)) over (
            partition by cell_step.person_key, cell_step.scheme_code, cell_step.area_code order by cell_step.month_code
            rows between unbounded preceding and current row
        ) as cell_count
    from cell_step
    inner join candidate on cell_step.person_key = candidate.person_key
    where cell_step.is_basic
    group by cell_step.person_key, cell_step.scheme_code, cell_step.area_code, cell_step.month_code
),

person_running as (
    select
        person_key,
        month_code,
        sum(step) as step,
        sum(sum(step)) over (
            partition by person_key order by month_code rows between unbounded preceding and current row
        ) as cover_count
    from (
        select
            person_key,
            month_code,
            case when cell_count > 0 then 1 else -1 end as step
        from cover_running
        where (cell_count > 0 and cell_count - step <= 0) or (cell_count <= 0 and cell_count - step > 0)
    ) as cover_step
    group by person_key, month_code
),

-- The person's cells and the person's double cover on one timeline.
double_event as (
    select
        cell_step.person_key,
        cell_step.area_code,
        cell_step.county_code,
        cell_step.insutype_code,
        cell_step.person_group_code,
        cell_step.month_code,
        cell_step.step as cell_step,
        0 as double_step
    from cell_step
    inner join candidate on cell_step.person_key = candidate.person_key
    where cell_step.is_basic
    union all
    select
        cell.person_key,
        cell.area_code,
        cell.county_code,
        cell.insutype_code,
        cell.person_group_code,
        person_running.month_code,
        0 as cell_step,
        case when person_running.cover_count > 1 then 1 else -1 end as double_step
    from person_running
    inner join (
        select distinct
            cell_step.person_key,
            cell_step.area_code,
            cell_step.county_code,
            cell_step.insutype_code,
            cell_step.person_group_code
        from cell_step
        inner join candidate on cell_step.person_key = candidate.person_key
        where cell_step.is_basic
    ) as cell on person_running.person_key = cell.person_key
    where
        (person_running.cover_count > 1 and person_running.cover_count - person_running.step <= 1)
        or (person_running.cover_count <= 1 and person_running.cover_count - person_running.step > 1)
),

double_running as (
    select
        area_code,
        county_code,
        insutype_code,
        person_group_code,
        month_code,
        sum(cell_step) as cell_step,
        sum(double_step) as double_step,
        sum(sum(cell_step)) over (
            partition by person_key, insutype_code, county_code, person_group_code order by month_code
            rows between unbounded preceding and current row
        ) as cell_count,
        sum(sum(double_step)) over (
            partition by person_key, insutype_code, county_code, person_group_code order by month_code
            rows between unbounded preceding and current row
        ) as double_count
    from double_event
    group by person_key, area_code, county_code, insutype_code, person_group_code, month_code
),

change as (
    select
        area_code,
        county_code,
        insutype_code,
        person_group_code,
        month_code,
        sum(insured_step) as insured_step,
        sum(double_step) as double_step
    from (
        select
            area_code,
            county_code,
            insutype_code,
            person_group_code,
            month_code,
            step as insured_step,
            0 as double_step
        from cell_step
        union all
        select
            area_code,
            county_code,
            insutype_code,
            person_group_code,
            month_code,
            0 as insured_step,
            case when cell_count > 0 and double_count > 0 then 1 else 0 end
            - case when cell_count - cell_step > 0 and double_count - double_step > 0 then 1 else 0 end as double_step
        from double_running
    ) as step
    group by area_code, county_code, insutype_code, person_group_code, month_code
),

-- What happened before the first reported month counts from that month on.
clipped as (
    select
        change.area_code,
        change.county_code,
        change.insutype_code,
        change.person_group_code,
        greatest(change.month_code, span.first_month) as month_code,
        sum(change.insured_step) as insured_step,
        sum(change.double_step) as double_step
    from change
    cross join (select min(month_code) as first_month from {{ ref('dim_business_month') }}) as span
    group by
        change.area_code,
        change.county_code,
        change.insutype_code,
        change.person_group_code,
        greatest(change.month_code, span.first_month)
),

grid as (
    select
        cell.area_code,
        cell.county_code,
        cell.insutype_code,
        cell.person_group_code,
        month.month_code
    from (select distinct area_code, county_code, insutype_code, person_group_code from clipped) as cell
    cross join {{ ref('dim_business_month') }} as month
),

running as (
    select
        grid.area_code,
        grid.county_code,
        grid.insutype_code,
        grid.person_group_code,
        grid.month_code,
        sum(coalesce(clipped.insured_step, 0)) over (
            partition by grid.county_code, grid.insutype_code, grid.person_group_code order by grid.month_code
            rows between unbounded preceding and current row
        ) as insured_count,
        sum(coalesce(clipped.double_step, 0)) over (
            partition by grid.county_code, grid.insutype_code, grid.person_group_code order by grid.month_code
            rows between unbounded preceding and current row
        ) as double_enrolled_count
    from grid
    left join clipped
        on
            grid.county_code = clipped.county_code
            and grid.insutype_code = clipped.insutype_code
            and grid.person_group_code = clipped.person_group_code
            and grid.month_code = clipped.month_code
)

select
    area_code,
    county_code,
    insutype_code,
    person_group_code,
    month_code,
    cast(insured_count as bigint) as insured_count,
    cast(double_enrolled_count as bigint) as double_enrolled_count
from running
where insured_count > 0
