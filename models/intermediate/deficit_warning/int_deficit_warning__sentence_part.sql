-- The names behind the counts of a period, in the region's order.
{%- set named = [
    ("new_names", "change_code = 'new'"),
    ("raised_names", "change_code = 'raised'"),
    ("lowered_names", "change_code = 'lowered'"),
    ("cleared_names", "change_code = 'cleared'"),
    ("silent_names", "not is_reported"),
] %}
select
    fund_code,
    period_type,
    period_code,
    {%- for column_name, condition in named %}
    {{ ordered_list(
        "case when " ~ condition ~ " then area_name end", "、", "sort_order, area_code"
    ) }} as {{ column_name }},
    {%- endfor %}
    sum(case when is_reported and level_code = 'not_available' then 1 else 0 end) as untold_count,
    max(case when is_expected_reporter then 1 else 0 end) as is_any_expected
from {{ ref('int_deficit_warning__counted_level') }}
group by fund_code, period_type, period_code
