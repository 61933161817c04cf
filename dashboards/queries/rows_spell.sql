-- One row per spell of cover that stands at a month's end, with the number of persons behind all of them (each once in a
-- county, scheme and group); persons are masked.
with spell as (
    select
        person_key,
        area_code,
        county_code,
        insutype_code,
        begin_date,
        pause_date,
        retirement_date,
        employer_key,
        case
            when is_retired and last_day(retirement_date) > cast($period_end as date) then 'in_service'
            when is_retired and person_group_code in ('in_service', 'other') then 'retired'
            else person_group_code
        end as person_group_code,
    from rows.insurance_spell
    where is_counted
        and begin_date <= cast($period_end as date)
        and (pause_date is null or pause_date >= cast($period_end as date))
)

select
    concat(substr(spell.person_key, 1, 8), '…') as person_mask,
    area.area_short_name as area_name,
    insutype.insutype_name,
    spell.person_group_code,
    spell.begin_date,
    spell.pause_date,
    spell.employer_key,
    count(distinct concat_ws('|', spell.person_key, spell.county_code, spell.insutype_code, spell.person_group_code))
        over () as rows_count,
    cast(null as decimal(20, 2)) as rows_yuan,
from spell
inner join core.dim_insutype as insutype
    on spell.insutype_code = insutype.insutype_code
    and insutype.is_basic
inner join core.dim_area as area
    on spell.area_code = area.area_code
    and (area.area_code = $area_code or (area.region_code = $area_code and area.area_kind in ('pooling_area', 'prov_level')))
where insutype.scheme_code = $row_scheme
    and ($row_group = 'all' or spell.person_group_code = $row_group)
    and ($scope = '*' or list_contains(string_split($scope, ','), spell.area_code))
    -- an area that has fallen silent is not in the figure either
    and exists (
        select 1
        from enrolment.fct_insured_month as counted
        where counted.area_code = spell.area_code
            and counted.period_end_date = cast($period_end as date)
    )
order by spell.begin_date desc, spell.person_key
limit $shown
