-- Premiums by who pays them, subsidies by level of government, each with its sum; the region is the sum of its areas.
{%- set amounts = [
    "due_yuan", "collected_of_due_yuan", "on_time_yuan", "late_yuan", "collected_yuan", "collected_arrears_yuan",
    "refund_yuan", "prepaid_yuan", "arrears_yuan", "arrears_short_yuan", "arrears_medium_yuan", "arrears_long_yuan",
    "late_fee_yuan",
] -%}
{%- set subsidy_amounts = ["due_yuan", "collected_of_due_yuan", "arrears_yuan"] -%}
{%- set keys = "area_code, scheme_code, fund_code, item_code, payer_code, period_type, period_code, period_end_date" %}
with booking as (
    -- a fund of which no area has ever had anything unpaid or late is booked for its payers only: nothing tells what was
    -- due, and the ratio would be 100 % for ever
    select
        fund_code,
        sum(case when late_yuan <> 0 or arrears_yuan <> 0 then 1 else 0 end) = 0 as is_payer_only
    from {{ ref('int_fund_balance__due') }}
    group by fund_code
),

own as (
    select
        area_code,
        scheme_code,
        fund_code,
        'premium' as item_code,
        payer_code,
        period_type,
        period_code,
        period_end_date
        {%- for name in amounts %},
        {{ name }}
        {%- endfor %}
    from {{ ref('int_fund_balance__due') }}
    union all
    -- a subsidy is due for the year and arrives up to the period's end; it has no months of its own
    select
        area_code,
        scheme_code,
        fund_code,
        'subsidy' as item_code,
        government_level_code as payer_code,
        period_type,
        period_code,
        period_end_date
        {%- for name in amounts %},
        {{ name if name in subsidy_amounts else yuan("null") }} as {{ name }}
        {%- endfor %}
    from {{ ref('int_fund_balance__subsidy_due') }}
),

totalled as (
    select
        {{ keys }}
        {%- for name in amounts %},
        {{ name }}
        {%- endfor %}
    from own
    union all
    select
        {{ keys | replace("payer_code", "'all' as payer_code") }}
        {%- for name in amounts %},
        sum({{ name }}) as {{ name }}
        {%- endfor %}
    from own
    group by {{ keys | replace("payer_code, ", "") }}
),

with_region as (
    select
        {{ keys }},
        cast(null as integer) as areas_reported_count
        {%- for name in amounts %},
        {{ name }}
        {%- endfor %}
    from totalled
    union all
    select
        {{ keys | replace("area_code", "area.region_code as area_code") | replace("period_type", "totalled.period_type") }},
        count(distinct totalled.area_code) as areas_reported_count
        {%- for name in amounts %},
        sum(totalled.{{ name }}) as {{ name }}
        {%- endfor %}
    from totalled
    inner join {{ ref('dim_area') }} as area
        on
            totalled.area_code = area.area_code
            and area.area_kind in ('pooling_area', 'prov_level')
    group by {{ keys | replace("area_code", "area.region_code") | replace("period_type", "totalled.period_type") }}
)

select
    collection.area_code,
    area.area_name,
    area.area_kind,
    collection.scheme_code,
    collection.fund_code,
    fund.fund_name,
    collection.item_code,
    collection.payer_code,
    collection.period_type,
    collection.period_code,
    collection.period_end_date
    {%- for name in amounts %},
    {{ yuan("collection." ~ name) }} as {{ name }}
    {%- endfor %},
    case
        when collection.due_yuan > 0 and not (collection.item_code = 'premium' and coalesce(booking.is_payer_only, false))
            then {{ safe_ratio("collection.collected_of_due_yuan", "collection.due_yuan") }}
    end as collection_ratio,
    case
        when collection.due_yuan <= 0 then 'no_due'
        when collection.item_code = 'premium' and coalesce(booking.is_payer_only, false) then 'payers_only'
        else 'available'
    end as collection_state_code,
    cast(collection.areas_reported_count as integer) as areas_reported_count
from with_region as collection
inner join {{ ref('dim_area') }} as area on collection.area_code = area.area_code
inner join {{ ref('dim_fund') }} as fund on collection.fund_code = fund.fund_code
left join booking on collection.fund_code = booking.fund_code
