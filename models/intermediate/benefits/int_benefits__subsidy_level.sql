-- AR-POOL-DRAFT 2.2: the subsidy due from each level of government = heads x standard x the level's share; the county bears
-- what is left by rounding. A level that is missing from a year that is over is due for the heads that the others name.
with level_name as (
    {%- for code, name in [('central', '中央'), ('region', '自治区'), ('prefecture', '盟市'), ('county', '旗县')] %}
    select '{{ code }}' as part_code, '{{ name }}' as government_level_code
    {{- " union all" if not loop.last }}
    {%- endfor %}
),

given as (
    select
        area_code,
        year_code,
        government_level_code,
        sum(head_count) as head_count,
        {{ sum_money('due_yuan') }} as declared_yuan,
        {{ sum_money('coalesce(arrived_yuan, 0)') }} as arrived_yuan
    from {{ ref('fct_subsidy') }}
    group by area_code, year_code, government_level_code
),

area_year as (
    select area_code, cast(year_code as varchar) as year_code, max(head_count) as head_count
    from given
    group by area_code, year_code
),

-- An area that stopped reporting within the year is not judged by what it did not send.
reported as (
    select area_code, max(event_month) as last_month
    from {{ ref('agg_contribution_month') }}
    group by area_code
),

expected as (
    select
        area_year.area_code,
        area_year.year_code,
        level_name.part_code,
        coalesce(given.head_count, area_year.head_count) as head_count,
        given.government_level_code is null as is_missing,
        coalesce(given.declared_yuan, 0) as declared_yuan,
        coalesce(given.arrived_yuan, 0) as arrived_yuan,
        rule.resident_subsidy_yuan,
        case level_name.part_code
            {%- for code in ['central', 'region', 'prefecture', 'county'] %}
            when '{{ code }}' then rule.subsidy_{{ code }}_ratio
            {%- endfor %}
        end as share_ratio,
        {%- for code in ['central', 'region', 'prefecture'] %}
        round(
            coalesce(given.head_count, area_year.head_count) * rule.resident_subsidy_yuan
            * cast(rule.subsidy_{{ code }}_ratio as decimal(7, 6)), 2
        ) as {{ code }}_yuan,
        {%- endfor %}
        rule.subsidy_county_ratio
    from area_year
    cross join level_name
    left join given
        on
            area_year.area_code = given.area_code
            and area_year.year_code = given.year_code
            and level_name.government_level_code = given.government_level_code
    left join reported on area_year.area_code = reported.area_code
    left join {{ ref('benefits__dim_contribution_rule') }} as rule
        on
            area_year.area_code = rule.area_code
            and concat(area_year.year_code, '01') >= rule.from_month
            and concat(area_year.year_code, '01') < rule.to_month
    where given.government_level_code is not null or reported.last_month >= concat(area_year.year_code, '12')
)

select
    area_code,
    year_code,
    part_code,
    head_count,
    is_missing,
    declared_yuan,
    arrived_yuan,
    case
        when resident_subsidy_yuan is null then 'resident_subsidy_yuan'
        when central_yuan is null then 'subsidy_central_ratio'
        when region_yuan is null then 'subsidy_region_ratio'
        when prefecture_yuan is null then 'subsidy_prefecture_ratio'
        when subsidy_county_ratio is null then 'subsidy_county_ratio'
    end as missing_code,
    {{ yuan("case part_code when 'central' then central_yuan when 'region' then region_yuan"
        ~ " when 'prefecture' then prefecture_yuan when 'county' then case when subsidy_county_ratio is not null"
        ~ " then head_count * resident_subsidy_yuan - central_yuan - region_yuan - prefecture_yuan end end") }} as due_yuan
from expected
