-- Resolution national → region → area, once: which value binds an area from which day to which day.
-- A lower level's value applies wherever no higher level speaks, also before and after it.
with candidate as (
    select * from {{ ref('int_benefits__policy_candidate') }} where is_in_force
),

edge as (
    select area_code, parameter_code, population_code, valid_from_date as edge_date from candidate
    union
    select area_code, parameter_code, population_code, valid_to_date from candidate where valid_to_date is not null
),

segment as (
    select
        edge.*,
        lead(edge_date) over (
            partition by area_code, parameter_code, population_code order by edge_date
        ) as end_date
    from edge
),

-- Not one-to-one: every level that speaks in the segment; the highest is taken.
ranked as (
    select
        segment.edge_date,
        segment.end_date,
        candidate.*,
        row_number() over (
            partition by segment.area_code, segment.parameter_code, segment.population_code, segment.edge_date
            order by candidate.level_no desc, candidate.valid_from_date desc
        ) as rank_no
    from segment
    inner join candidate
        on
            segment.area_code = candidate.area_code
            and segment.parameter_code = candidate.parameter_code
            and segment.population_code = candidate.population_code
            and segment.edge_date >= candidate.valid_from_date
            and (candidate.valid_to_date is null or segment.edge_date < candidate.valid_to_date)
),

-- A lower level's edges cut a higher level's range: neighbours of the same row are one range again.
marked as (
    select
        ranked.*,
        case
            when
                lag(end_date) over (
                    partition by area_code, parameter_code, population_code, scope_area_code, valid_from_date
                    order by edge_date
                ) = edge_date
                then 0
            else 1
        end as is_new_range
    from ranked
    where rank_no = 1
),

numbered as (
    select
        marked.*,
        sum(is_new_range) over (
            partition by area_code, parameter_code, population_code, scope_area_code, valid_from_date
            order by edge_date
        ) as range_no
    from marked
)

select
    area_code,
    parameter_code,
    population_code,
    scope_area_code,
    level_no,
    min(edge_date) as valid_from_date,
    case when count(end_date) = count(*) then max(end_date) end as valid_to_date,
    parameter_value,
    doc_no,
    clause,
    quote,
    basis,
    approval_no,
    note
from numbered
group by
    area_code, parameter_code, population_code, scope_area_code, level_no, valid_from_date, range_no,
    parameter_value, doc_no, clause, quote, basis, approval_no, note
