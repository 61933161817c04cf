-- Items of contributions by area, the region as the sum of its areas, and the parameter rows that every item rests on.
{%- set amounts = [
    "declared_yuan", "expected_yuan", "difference_yuan", "base_difference_yuan", "rate_difference_yuan",
    "other_difference_yuan", "collected_yuan", "arrears_yuan", "arrears_short_yuan", "arrears_medium_yuan",
    "arrears_long_yuan",
] -%}
{%- set keys = [
    "area_code", "insutype_code", "item_code", "period_type", "period_code", "status_code", "reason_code",
] %}
with with_region as (
    select
        {{ keys | join(",\n        ") }},
        cast(null as integer) as areas_reported_count,
        row_count,
        wrong_count,
        base_yuan,
        due_base_yuan
        {%- for name in amounts %},
        {{ name }}
        {%- endfor %}
    from {{ ref('int_benefits__contribution_item') }}
    union all
    select
        area.region_code
        {%- for key in keys[1:] %},
        differing.{{ key }}
        {%- endfor %},
        count(distinct differing.area_code),
        sum(differing.row_count),
        sum(differing.wrong_count),
        sum(differing.base_yuan),
        sum(differing.due_base_yuan)
        {%- for name in amounts %},
        sum(differing.{{ name }})
        {%- endfor %}
    from {{ ref('int_benefits__contribution_item') }} as differing
    inner join {{ ref('dim_area') }} as area
        on differing.area_code = area.area_code and area.area_kind in ('pooling_area', 'prov_level')
    group by
        area.region_code
        {%- for key in keys[1:] %},
        differing.{{ key }}
        {%- endfor %}
),

item as (
    select distinct item_code, item_name, sort_order
    from {{ ref('contribution_item') }}
),

-- One to many: every parameter row that an item of an area and period rests on.
used as (
    select
        cell.area_code,
        cell.item_code,
        cell.period_code,
        max(case when item.is_main then rule.parameter_code end) as parameter_code,
        max(case when item.is_main then rule.parameter_value end) as parameter_value,
        max(case when item.is_main then rule.doc_no end) as doc_no,
        max(case when item.is_main then rule.clause end) as clause,
        {{ string_list("rule.parameter_code || '@' || cast(rule.valid_from_date as varchar)", " ") }} as parameter_rows,
        {{ string_list("rule.doc_no || ' ' || rule.clause", "、") }} as clauses,
        max(case when rule.basis = 'sample' then 1 else 0 end) as sample_count
    from (
        select distinct area_code, item_code, period_code
        from {{ ref('int_benefits__contribution_item') }}
        where status_code = 'replayed'
    ) as cell
    inner join {{ ref('contribution_item') }} as item on cell.item_code = item.item_code
    inner join {{ ref('int_benefits__contribution_rule') }} as rule
        on
            cell.area_code = rule.area_code
            and item.parameter_code = rule.parameter_code
            and rpad(cell.period_code, 6, '01') >= rule.from_month
            and rpad(cell.period_code, 6, '01') < rule.to_month
    group by cell.area_code, cell.item_code, cell.period_code
)

select
    replay.area_code,
    area.area_name,
    area.area_kind,
    replay.insutype_code,
    insutype.insutype_name,
    insutype.fund_code,
    replay.item_code,
    coalesce(item.item_name, '其他') as item_name,
    cast(coalesce(item.sort_order, 999) as integer) as item_sort_order,
    replay.period_type,
    replay.period_code,
    replay.status_code,
    replay.reason_code,
    coalesce(
        reason_text.name_zh,
        replace(parameter_text.name_zh, '{name}', coalesce(policy.name_zh, replay.reason_code))
    ) as reason_zh,
    cast(replay.row_count as bigint) as row_count,
    cast(replay.wrong_count as bigint) as wrong_count,
    {{ yuan('replay.base_yuan') }} as base_yuan,
    {{ yuan('replay.due_base_yuan') }} as due_base_yuan
    {%- for name in amounts %},
    {{ yuan('replay.' ~ name) }} as {{ name }}
    {%- endfor %},
    used.parameter_code,
    cast(used.parameter_value as decimal(18, 6)) as parameter_value,
    used.parameter_rows,
    used.doc_no,
    used.clause,
    used.clauses,
    coalesce(used.sample_count > 0, false) as is_sample_based,
    cast(replay.areas_reported_count as integer) as areas_reported_count
from with_region as replay
inner join {{ ref('dim_area') }} as area on replay.area_code = area.area_code
left join {{ ref('insutype') }} as insutype on replay.insutype_code = insutype.insutype_code
left join item on replay.item_code = item.item_code
left join {{ ref('benefit_text') }} as reason_text
    on reason_text.text_kind_code = 'contribution_reason' and replay.reason_code = reason_text.text_code
-- Any other reason is a parameter that is not given.
left join {{ ref('benefit_text') }} as parameter_text
    on
        replay.reason_code is not null
        and parameter_text.text_kind_code = 'contribution_reason'
        and parameter_text.text_code = 'parameter'
left join {{ ref('policy_rule') }} as policy on replay.reason_code = policy.parameter_code
left join used
    on
        replay.status_code = 'replayed'
        and replay.area_code = used.area_code
        and replay.item_code = used.item_code
        and replay.period_code = used.period_code
