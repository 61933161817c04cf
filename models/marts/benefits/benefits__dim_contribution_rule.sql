-- One column a parameter, from the rows that are in force in the range of months.
{%- set parameters = {
    "unit_contribution_rate": "unit_rate_ratio",
    "person_contribution_rate": "person_rate_ratio",
    "average_wage_yuan": "average_wage_yuan",
    "base_floor_ratio": "base_floor_ratio",
    "base_ceiling_ratio": "base_ceiling_ratio",
    "civil_servant_contribution_ratio": "civil_servant_rate_ratio",
    "account_credit_ratio": "account_share_ratio",
    "account_credit_uplift_ratio": "account_uplift_ratio",
    "early_retiree_pays": "early_retiree_pays",
    "large_premium_yuan": "large_premium_yuan",
    "large_premium_unit_yuan": "large_unit_yuan",
    "large_premium_person_yuan": "large_person_yuan",
    "resident_premium_yuan": "resident_premium_yuan",
    "resident_subsidy_yuan": "resident_subsidy_yuan",
    "subsidy_central_ratio": "subsidy_central_ratio",
    "subsidy_region_ratio": "subsidy_region_ratio",
    "subsidy_prefecture_ratio": "subsidy_prefecture_ratio",
    "subsidy_county_ratio": "subsidy_county_ratio",
} %}
with edge as (
    select area_code, from_month as edge_month from {{ ref('int_benefits__contribution_rule') }}
    union
    select area_code, to_month from {{ ref('int_benefits__contribution_rule') }}
),

segment as (
    select area_code, edge_month, lead(edge_month) over (partition by area_code order by edge_month) as end_month
    from edge
),

-- Not one-to-one: every parameter of the area that is in force in the range.
wide as (
    select
        segment.area_code,
        segment.edge_month as from_month,
        segment.end_month as to_month
        {%- for code, column in parameters.items() %},
        max(case when rule.parameter_code = '{{ code }}' then rule.parameter_value end) as {{ column }}
        {%- endfor %}
    from segment
    inner join {{ ref('int_benefits__contribution_rule') }} as rule
        on
            segment.area_code = rule.area_code
            and segment.edge_month >= rule.from_month
            and segment.edge_month < rule.to_month
    where segment.end_month is not null
    group by segment.area_code, segment.edge_month, segment.end_month
)

select
    area_code,
    from_month,
    to_month
    {%- for column in parameters.values() %},
    {% if column.endswith("_yuan") %}{{ yuan(column) }} as {{ column }}
    {%- elif column == "early_retiree_pays" %}coalesce({{ column }} = 1, false) as is_early_retiree_paying
    {%- else %}{{ column }}{% endif %}
    {%- endfor %},
    -- Floor and ceiling are published in whole yuan.
    cast(round(average_wage_yuan * base_floor_ratio, 0) as decimal(20, 2)) as base_floor_yuan,
    cast(round(average_wage_yuan * base_ceiling_ratio, 0) as decimal(20, 2)) as base_ceiling_yuan,
    early_retiree_pays is not null as is_early_retiree_ruled,
    case
        when average_wage_yuan is null then 'average_wage_yuan'
        when base_floor_ratio is null then 'base_floor_ratio'
        when base_ceiling_ratio is null then 'base_ceiling_ratio'
    end as missing_base_parameter_code
from wide
