{{ config(contract={'enforced': true}) }}

-- Persons covered at the end of each month, by running totals over the months in which cover begins or stops: linear in
-- the spells, never persons x months. Overlapping spells of one person in one cell are one cover; a retirement inside a
-- spell moves the person from one group to the other. Both counts share that timeline, so it is over 150 lines. A month is
-- its last day until it is counted: its code, a text, would cost more for every spell than the counting.
{% set cell = ['person_key', 'area_code', 'county_code', 'insutype_code', 'person_group_code'] %}
{% set group = cell[1:] %}
{% set steps = [('begin_month', 1), ('end_month', -1)] %}
{% set never = "date '9999-12-31'" %}
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
        last_day(begin_date) as begin_month,
        -- The first month at whose end the person is not covered any more.
        least(
            coalesce(last_day({{ dbt.dateadd('day', 1, 'pause_date') }}), {{ never }}),
            case when is_retired then coalesce(last_day(retirement_date), {{ never }}) else {{ never }} end
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
        last_day(greatest(begin_date, coalesce(retirement_date, begin_date))) as begin_month,
        coalesce(last_day({{ dbt.dateadd('day', 1, 'pause_date') }}), {{ never }}) as end_month
    from {{ ref('fct_insurance_spell') }}
    where is_counted and is_retired
),

-- Persons with basic cover in two schemes or two areas at any time: few.
candidate as (
    select person_key
    from part
    where is_basic and begin_month < end_month
    group by person_key
    having min(scheme_code) <> max(scheme_code) or min(area_code) <> max(area_code)
),

-- These and persons with several spells of one insurance are followed one by one; of the others a spell is a cover.
followed as (
    select person_key
    from candidate
    union
    select person_key
    from part
    where begin_month < end_month
    group by person_key, insutype_code
    having count(*) > 1
),

-- Steps of +1 and -1 of one person in one cell, as often as spells begin or stop there.
spell_event as (
    {% for month, step in steps %}
    select
        {% for column in cell -%}
        part.{{ column }},
        {% endfor -%}
        part.scheme_code,
        part.is_basic,
        part.{{ month }} as month_date,
        {{ step }} as step
    from part
    inner join followed on part.person_key = followed.person_key
    where part.begin_month < part.end_month and part.{{ month }} < {{ never }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- One cover of one person in one cell, however many spells it is made of.
cell_step as (
    {{ crossings('spell_event', cell + ['scheme_code', 'is_basic']) | indent(4) }}
),

candidate_step as (
    select
        cell_step.person_key,
        cell_step.area_code,
        cell_step.county_code,
        cell_step.insutype_code,
        cell_step.person_group_code,
        cell_step.scheme_code,
        cell_step.month_date,
        cell_step.step
    from cell_step
    inner join candidate on cell_step.person_key = candidate.person_key
    where cell_step.is_basic
),

cover_step as (
    {{ crossings('candidate_step', ['person_key', 'scheme_code', 'area_code']) | indent(4) }}
),

double_step as (
    {{ crossings('cover_step', ['person_key'], threshold=1) | indent(4) }}
),

-- A person is double enrolled in a cell while both the cell's cover and the double cover last: one and one make two.
both_event as (
    select
        {{ cell | join(', ') }},
        month_date,
        step
    from candidate_step
    union all
    select
        cell.person_key,
        cell.area_code,
        cell.county_code,
        cell.insutype_code,
        cell.person_group_code,
        double_step.month_date,
        double_step.step
    from double_step
    inner join (select distinct {{ cell | join(', ') }} from candidate_step) as cell
        on double_step.person_key = cell.person_key
),

both_step as (
    {{ crossings('both_event', cell, threshold=1) | indent(4) }}
),

-- What happened before the first reported month counts from that month on.
moved as (
    select
        {% for column in group -%}
        step.{{ column }},
        {% endfor -%}
        greatest(step.month_date, span.first_date) as month_date,
        step.insured_step,
        step.double_step
    from (
        {% for month, step in steps %}
        select
            {% for column in group -%}
            part.{{ column }},
            {% endfor -%}
            part.{{ month }} as month_date,
            {{ step }} as insured_step,
            0 as double_step
        from part
        left join followed on part.person_key = followed.person_key
        where part.begin_month < part.end_month and part.{{ month }} < {{ never }} and followed.person_key is null
        union all
        {% endfor %}
        select {{ group | join(', ') }}, month_date, step as insured_step, 0 as double_step
        from cell_step
        union all
        select {{ group | join(', ') }}, month_date, 0 as insured_step, step as double_step
        from both_step
    ) as step
    cross join (
        select
            last_day(make_date(
                cast(substr(min(month_code), 1, 4) as integer), cast(substr(min(month_code), 5, 2) as integer), 1
            )) as first_date
        from {{ ref('dim_business_month') }}
    ) as span
),

change as (
    select
        {{ group | join(', ') }},
        {{ month_code('month_date') }} as month_code,
        sum(insured_step) as insured_step,
        sum(double_step) as double_step
    from moved
    group by {{ group | join(', ') }}, month_date
),

grid as (
    select
        {% for column in group -%}
        cell.{{ column }},
        {% endfor -%}
        month.month_code
    from (select distinct {{ group | join(', ') }} from change) as cell
    cross join {{ ref('dim_business_month') }} as month
),

running as (
    select
        grid.area_code,
        grid.county_code,
        grid.insutype_code,
        grid.person_group_code,
        grid.month_code,
        {% for count in ('insured', 'double') %}
        sum(coalesce(change.{{ count }}_step, 0)) over (
            partition by grid.county_code, grid.insutype_code, grid.person_group_code order by grid.month_code
            rows between unbounded preceding and current row
        ) as {{ count }}_count{{ ',' if not loop.last }}
        {% endfor %}
    from grid
    left join change
        on
            grid.county_code = change.county_code
            and grid.insutype_code = change.insutype_code
            and grid.person_group_code = change.person_group_code
            and grid.month_code = change.month_code
)

select
    area_code,
    county_code,
    insutype_code,
    person_group_code,
    month_code,
    cast(insured_count as bigint) as insured_count,
    cast(double_count as bigint) as double_enrolled_count
from running
where insured_count > 0
