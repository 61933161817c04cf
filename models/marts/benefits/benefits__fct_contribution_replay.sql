-- It is over 150 lines: the parts of a row become items, subsidies by level and early retirees join them, the region is the
-- sum of its areas, and every item names the parameter rows that it rests on.
{%- set amounts = [
    "declared_yuan", "expected_yuan", "difference_yuan", "base_difference_yuan", "rate_difference_yuan",
    "other_difference_yuan", "collected_yuan", "arrears_yuan", "arrears_short_yuan", "arrears_medium_yuan",
    "arrears_long_yuan",
] -%}
{%- set keys = [
    "area_code", "insutype_code", "item_code", "period_type", "period_code", "status_code", "reason_code",
] %}
with item as (
    select distinct item_code, item_name, insutype_code, part_code, period_type, sort_order
    from {{ ref('contribution_item') }}
),

last_month as (
    select max({{ month_number('month_code') }}) as last_index
    from {{ ref('dim_business_month') }}
),

age as (
    select
        max(case when age_code = 'short' then to_months end) as short_months,
        max(case when age_code = 'medium' then to_months end) as medium_months
    from {{ ref('arrears_age') }}
),

part as (
    {%- for part in ['employer', 'person', 'credit', 'subsidy', 'undivided', 'other'] %}
    {%- set is_ruled = part != 'other' %}
    {%- set is_based = part in ('employer', 'person') %}
    select
        area_code,
        insutype_code,
        '{{ part }}' as part_code,
        due_month,
        settle_code,
        {% if part == 'credit' %}credit_status_code as status_code{% else %}status_code{% endif %},
        {% if part == 'credit' %}
        case when status_code = 'replayed' and credit_status_code <> 'replayed' then 'account_credit_ratio' else reason_code end
            as reason_code,
        {% else %}
        reason_code,
        {% endif %}
        insutype_code <> '330' or is_undivided = {{ 'true' if part == 'undivided' else 'false' }} as is_own_part,
        row_count,
        {{ 'wrong_' ~ part ~ '_count' if is_ruled else '0' }} as wrong_count,
        {% if is_based or part == 'credit' %}base_yuan{% else %}{{ yuan('null') }} as base_yuan{% endif %},
        {% if is_based or part == 'credit' %}due_base_yuan{% else %}{{ yuan('null') }} as due_base_yuan{% endif %},
        {{ part }}_yuan as declared_yuan,
        {{ 'due_' ~ part ~ '_yuan' if is_ruled else yuan('null') }} as expected_yuan,
        {{ part ~ '_base_difference_yuan' if is_based or part == 'credit' else yuan('0') }} as base_difference_yuan,
        {{ part ~ '_rate_difference_yuan' if is_based else yuan('0') }} as rate_difference_yuan
    from {{ ref('int_benefits__contribution_month') }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

placed as (
    select
        part.area_code,
        part.insutype_code,
        coalesce(item.item_code, 'other') as item_code,
        coalesce(item.period_type, 'month') as period_type,
        case when item.period_type = 'year' then substr(part.due_month, 1, 4) else part.due_month end as period_code,
        part.status_code,
        part.reason_code,
        part.row_count,
        part.wrong_count,
        part.base_yuan,
        part.due_base_yuan,
        part.declared_yuan,
        part.expected_yuan,
        case when part.status_code = 'replayed' then coalesce(part.base_difference_yuan, 0) end as base_difference_yuan,
        case when part.status_code = 'replayed' then coalesce(part.rate_difference_yuan, 0) end as rate_difference_yuan,
        case when part.settle_code = 'collected' then part.declared_yuan else 0 end as collected_yuan,
        case
            when part.settle_code = 'open' and last_month.last_index >= {{ month_number('part.due_month') }}
                and part.part_code <> 'credit'
                then part.declared_yuan
            else 0
        end as arrears_yuan,
        last_month.last_index - {{ month_number('part.due_month') }} as age_months
    from part
    cross join last_month
    left join item on part.insutype_code = item.insutype_code and part.part_code = item.part_code
    where
        (item.item_code is not null and part.is_own_part)
        or coalesce(part.declared_yuan, 0) <> 0
),

own as (
    select
        placed.area_code,
        placed.insutype_code,
        placed.item_code,
        placed.period_type,
        placed.period_code,
        placed.status_code,
        placed.reason_code,
        sum(placed.row_count) as row_count,
        sum(placed.wrong_count) as wrong_count,
        {{ sum_money('placed.base_yuan') }} as base_yuan,
        {{ sum_money('placed.due_base_yuan') }} as due_base_yuan,
        {{ sum_money('placed.declared_yuan') }} as declared_yuan,
        {{ sum_money('placed.expected_yuan') }} as expected_yuan,
        {{ sum_money('placed.base_difference_yuan') }} as base_difference_yuan,
        {{ sum_money('placed.rate_difference_yuan') }} as rate_difference_yuan,
        {{ sum_money('placed.collected_yuan') }} as collected_yuan,
        {{ sum_money('placed.arrears_yuan') }} as arrears_yuan,
        {{ sum_money('case when placed.age_months < age.short_months then placed.arrears_yuan else 0 end') }} as arrears_short_yuan,
        {{ sum_money('case when placed.age_months >= age.short_months and placed.age_months < age.medium_months'
            ~ ' then placed.arrears_yuan else 0 end') }} as arrears_medium_yuan,
        {{ sum_money('case when placed.age_months >= age.medium_months then placed.arrears_yuan else 0 end') }} as arrears_long_yuan
    from placed
    cross join age
    group by
        placed.area_code,
        placed.insutype_code,
        placed.item_code,
        placed.period_type,
        placed.period_code,
        placed.status_code,
        placed.reason_code
    union all
    select
        subsidy.area_code, '390', item.item_code, 'year', subsidy.year_code,
        case when subsidy.missing_code is null then 'replayed' else 'not_replayable' end, subsidy.missing_code,
        subsidy.head_count, case when subsidy.declared_yuan <> subsidy.due_yuan then 1 else 0 end,
        null, null, subsidy.declared_yuan, subsidy.due_yuan, 0, 0, subsidy.arrived_yuan,
        subsidy.declared_yuan - subsidy.arrived_yuan,
        case when year_age.age_months < age.short_months then subsidy.declared_yuan - subsidy.arrived_yuan else 0 end,
        case
            when year_age.age_months >= age.short_months and year_age.age_months < age.medium_months
                then subsidy.declared_yuan - subsidy.arrived_yuan
            else 0
        end,
        case when year_age.age_months >= age.medium_months then subsidy.declared_yuan - subsidy.arrived_yuan else 0 end
    from {{ ref('int_benefits__subsidy_level') }} as subsidy
    inner join item on item.insutype_code = '390' and subsidy.part_code = item.part_code
    -- a year's subsidy is late after the year
    inner join (
        select period.period_code as year_code, last_month.last_index - {{ month_number("concat(period.period_code, '12')") }} as age_months
        from {{ ref('dim_period') }} as period
        cross join last_month
        where period.period_type = 'year'
    ) as year_age on subsidy.year_code = year_age.year_code
    cross join age
    union all
    select
        area_code, '310', 'early_retiree', 'month', due_month,
        case when least_due_yuan is null then 'not_replayable' else 'replayed' end,
        case when least_due_yuan is null then 'unit_contribution_rate' end,
        count(*), count(*), null, null, 0, sum(least_due_yuan), 0, 0, 0, 0, 0, 0, 0
    from {{ ref('int_benefits__early_retiree') }}
    where is_early_retiree_paying and not has_contribution
    group by area_code, due_month, least_due_yuan is null
),

differing as (
    select
        own.*,
        case when status_code = 'replayed' then declared_yuan - coalesce(expected_yuan, 0) end as difference_yuan,
        case
            when status_code = 'replayed'
                then declared_yuan - coalesce(expected_yuan, 0) - base_difference_yuan - rate_difference_yuan
        end as other_difference_yuan
    from own
),

with_region as (
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
    from differing
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
    from differing
    inner join {{ ref('dim_area') }} as area
        on differing.area_code = area.area_code and area.area_kind in ('pooling_area', 'prov_level')
    group by
        area.region_code
        {%- for key in keys[1:] %},
        differing.{{ key }}
        {%- endfor %}
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
    from (select distinct area_code, item_code, period_code from own where status_code = 'replayed') as cell
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
    case replay.reason_code
        when 'written_off' then '核销的记录和它的冲销，不是应缴'
        when 'refund' then '退费'
        when 'other_kind' then '一次性补缴、补差和其他缴费，两份文件没有金额规则'
        when 'fixed_amount' then '定额缴费，没有费率规则'
        when 'other_insutype' then '其他险种，没有缴费规则'
        when 'base_unknown' then '明细没有缴费基数'
        when 'rule_change_within' then '一条记录的所属期跨过参数变动'
        when 'months_unknown' then '所属期起止颠倒'
        else case
            when replay.reason_code is not null
                then
                    '没有参数“' || coalesce(policy.name_zh, replay.reason_code) || '”：两份文件没有规定，也没有载入别的依据'
        end
    end as reason_zh,
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
left join {{ ref('policy_rule') }} as policy on replay.reason_code = policy.parameter_code
left join used
    on
        replay.status_code = 'replayed'
        and replay.area_code = used.area_code
        and replay.item_code = used.item_code
        and replay.period_code = used.period_code
