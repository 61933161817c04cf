-- Every value that decides what is due, in force for whole months: 1.1.1 speaks of months, so that the value of a month is
-- that of its first day (a change within a month begins with the next one).
-- The credit to personal accounts stands in the bracket seed; of it the persons in service are taken, whose base is known.
with home as (
    select max(case when parameter_code = 'policy_sample' then parameter_value end) as policy_sample
    from {{ ref('stg_home__parameter') }}
),

credit as (
    select
        area.area_code,
        bracket.parameter_code,
        case
            when bracket.area_code = area.area_code then 3
            when bracket.area_code = area.region_code then 2
            else 1
        end as level_no,
        bracket.valid_from as valid_from_date,
        coalesce(bracket.valid_to, date '9999-12-31') as valid_to_date,
        bracket.value as parameter_value,
        bracket.doc_no,
        bracket.clause,
        bracket.basis
    from {{ ref('policy_bracket') }} as bracket
    cross join home
    inner join {{ ref('document') }} as document on bracket.doc_no = document.doc_no and document.doc_status = 'in_force'
    inner join {{ ref('dim_area') }} as area
        on
            area.area_kind in ('prov_level', 'pooling_area')
            and bracket.area_code in (area.area_code, area.region_code, '100000')
    where
        bracket.parameter_code = 'account_credit_ratio'
        and bracket.person_group_code in ('in_service', 'all')
        and (bracket.basis <> 'sample' or home.policy_sample = 'true')
),

credit_edge as (
    select area_code, valid_from_date as edge_date from credit
    union
    select area_code, valid_to_date from credit
),

-- Not one-to-one: every level that speaks from an edge on; the highest is taken.
credit_segment as (
    select
        credit.area_code,
        credit.parameter_code,
        edge.edge_date as valid_from_date,
        edge.end_date as valid_to_date,
        credit.parameter_value,
        credit.doc_no,
        credit.clause,
        credit.basis,
        row_number() over (
            partition by credit.area_code, edge.edge_date order by credit.level_no desc, credit.valid_from_date desc
        ) as rank_no
    from (
        select area_code, edge_date, lead(edge_date) over (partition by area_code order by edge_date) as end_date
        from credit_edge
    ) as edge
    inner join credit
        on
            edge.area_code = credit.area_code
            and edge.edge_date >= credit.valid_from_date
            and edge.edge_date < credit.valid_to_date
),

dated as (
    select
        area_code,
        parameter_code,
        valid_from_date,
        coalesce(valid_to_date, date '9999-12-31') as valid_to_date,
        parameter_value,
        doc_no,
        clause,
        basis
    from {{ ref('int_benefits__policy_in_force') }}
    where parameter_code in (select item.parameter_code from {{ ref('contribution_item') }} as item)
    union all
    select area_code, parameter_code, valid_from_date, valid_to_date, parameter_value, doc_no, clause, basis
    from credit_segment
    where rank_no = 1
)

select
    area_code,
    parameter_code,
    valid_from_date,
    case
        when extract(day from valid_from_date) = 1 then {{ month_code('valid_from_date') }}
        else {{ month_code(dbt.dateadd('day', 1, 'last_day(valid_from_date)')) }}
    end as from_month,
    case
        when valid_to_date = date '9999-12-31' then '999999'
        when extract(day from valid_to_date) = 1 then {{ month_code('valid_to_date') }}
        else {{ month_code(dbt.dateadd('day', 1, 'last_day(valid_to_date)')) }}
    end as to_month,
    cast(parameter_value as decimal(18, 6)) as parameter_value,
    doc_no,
    clause,
    basis
from dated
