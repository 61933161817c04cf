-- Insured persons at the end of each month. Scheme and person group have their sum as a row: scheme all counts a person
-- who is in both schemes once, as an employee.
{%- set keys = ["area_code", "scheme_code", "person_group_code", "month_code"] %}
with heard as (
    -- spells go on for ever: an area that has fallen silent is counted up to the last month of its money
    select
        area_code,
        max(event_month) as last_month
    from (
        select
            area_code,
            event_month
        from {{ ref('agg_settlement_month') }}
        union all
        select
            area_code,
            event_month
        from {{ ref('agg_contribution_month') }}
    ) as reported
    group by area_code
),

own as (
    select
        enrolment.area_code,
        insutype.scheme_code,
        enrolment.person_group_code,
        enrolment.month_code,
        sum(enrolment.insured_count) as insured_count,
        sum(enrolment.double_enrolled_count) as double_enrolled_count
    from {{ ref('agg_enrolment_month') }} as enrolment
    inner join {{ ref('insutype') }} as insutype
        on
            enrolment.insutype_code = insutype.insutype_code
            and insutype.is_basic
            and insutype.scheme_code in ('employee', 'resident')
    left join heard on enrolment.area_code = heard.area_code
    where enrolment.month_code <= coalesce(heard.last_month, enrolment.month_code)
    group by enrolment.area_code, insutype.scheme_code, enrolment.person_group_code, enrolment.month_code
),

by_group as (
    select
        {{ keys | join(", ") }},
        insured_count,
        case when person_group_code = 'in_service' then insured_count else 0 end as in_service_count,
        case when person_group_code = 'retired' then insured_count else 0 end as retired_count,
        double_enrolled_count
    from own
),

by_scheme as (
    select * from by_group
    union all
    select
        area_code,
        scheme_code,
        'all' as person_group_code,
        month_code,
        sum(insured_count) as insured_count,
        sum(in_service_count) as in_service_count,
        sum(retired_count) as retired_count,
        sum(double_enrolled_count) as double_enrolled_count
    from by_group
    group by area_code, scheme_code, month_code
),

by_area as (
    select * from by_scheme
    union all
    select
        area_code,
        'all' as scheme_code,
        'all' as person_group_code,
        month_code,
        sum(insured_count)
        - sum(case when scheme_code = 'resident' then double_enrolled_count else 0 end) as insured_count,
        sum(in_service_count) as in_service_count,
        sum(retired_count) as retired_count,
        sum(case when scheme_code = 'resident' then double_enrolled_count else 0 end) as double_enrolled_count
    from by_scheme
    where person_group_code = 'all'
    group by area_code, month_code
),

with_region as (
    select
        by_area.*,
        cast(null as integer) as areas_reported_count
    from by_area
    union all
    select
        area.region_code as area_code,
        by_area.scheme_code,
        by_area.person_group_code,
        by_area.month_code,
        sum(by_area.insured_count) as insured_count,
        sum(by_area.in_service_count) as in_service_count,
        sum(by_area.retired_count) as retired_count,
        sum(by_area.double_enrolled_count) as double_enrolled_count,
        count(distinct by_area.area_code) as areas_reported_count
    from by_area
    inner join {{ ref('dim_area') }} as area
        on
            by_area.area_code = area.area_code
            and area.area_kind in ('pooling_area', 'prov_level')
    group by area.region_code, by_area.scheme_code, by_area.person_group_code, by_area.month_code
)

select
    counted.area_code,
    area.area_name,
    area.area_kind,
    counted.scheme_code,
    counted.person_group_code,
    period.period_type,
    counted.month_code as period_code,
    period.period_end_date,
    cast(counted.insured_count as bigint) as insured_count,
    cast(counted.in_service_count as bigint) as in_service_count,
    cast(counted.retired_count as bigint) as retired_count,
    cast(counted.double_enrolled_count as bigint) as double_enrolled_count,
    cast(counted.areas_reported_count as integer) as areas_reported_count
from with_region as counted
inner join {{ ref('dim_area') }} as area on counted.area_code = area.area_code
inner join {{ ref('dim_period') }} as period
    on
        counted.month_code = period.period_code
        and period.period_type = 'month'
