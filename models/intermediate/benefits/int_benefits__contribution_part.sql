{{ config(materialized='ephemeral') }}
-- The parts of contributions due and declared (employer, person, credit, …) as rows, each under the item that it belongs to,
-- with what of it is collected and what is open for how many months.
with item as (
    select distinct item_code, insutype_code, part_code, period_type
    from {{ ref('contribution_item') }}
),

last_month as (
    select max({{ month_number('month_code') }}) as last_index
    from {{ ref('dim_business_month') }}
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
)

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
