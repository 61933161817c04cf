-- The split is made once, for each area, scheme and kind; every sum (all kinds, all schemes, the region) is the sum of
-- those splits, so that contributions add up to the cent in every direction. What a sum's growth holds beyond them (a
-- kind without a logarithm, an area without last year) stands as unsplit.
{%- set counts = ["head_count", "visit_count", "prior_head_count", "prior_visit_count"] -%}
{%- set sums = [
    "medical_fee_yuan", "spending_yuan", "prior_medical_fee_yuan", "prior_spending_yuan", "heads_contribution_yuan",
    "visits_contribution_yuan", "cost_contribution_yuan", "share_contribution_yuan",
] -%}
{%- set period = "period_type, period_code, period_end_date" %}
with place as (
    select 'area' as place_code
    union all
    select 'region' as place_code
),

-- each split counts for its scheme and for all
schemed as (
    select
        area_code,
        scheme_code,
        medical_kind_code,
        {{ period }}
        {%- for name in counts + sums %},
        {{ name }}
        {%- endfor %}
    from {{ ref('int_prefecture_comparison__driver') }}
    union all
    select
        area_code,
        'all' as scheme_code,
        medical_kind_code,
        {{ period }}
        {%- for name in counts + sums %},
        sum({{ name }}) as {{ name }}
        {%- endfor %}
    from {{ ref('int_prefecture_comparison__driver') }}
    group by area_code, medical_kind_code, {{ period }}
),

placed as (
    -- one to two: each area counts for itself and for the region
    select
        case place.place_code when 'region' then area.region_code else schemed.area_code end as area_code,
        schemed.scheme_code,
        schemed.medical_kind_code,
        schemed.period_type,
        schemed.period_code,
        schemed.period_end_date
        {%- for name in counts + sums %},
        schemed.{{ name }}
        {%- endfor %}
    from schemed
    inner join {{ ref('dim_area') }} as area on schemed.area_code = area.area_code
    cross join place
    where place.place_code = 'area' or area.area_kind in ('pooling_area', 'prov_level')
),

by_kind as (
    select
        area_code,
        scheme_code,
        medical_kind_code,
        {{ period }},
        count(*) as areas_reported_count,
        count(prior_spending_yuan) as areas_compared_count
        {%- for name in counts + sums %},
        sum({{ name }}) as {{ name }}
        {%- endfor %}
    from placed
    group by area_code, scheme_code, medical_kind_code, {{ period }}
),

-- heads are the same for every kind: they are taken once, everything else adds up
summed as (
    select
        area_code,
        scheme_code,
        medical_kind_code,
        {{ period }},
        areas_reported_count,
        areas_compared_count
        {%- for name in counts + sums %},
        {{ name }}
        {%- endfor %}
    from by_kind
    union all
    select
        area_code,
        scheme_code,
        'all' as medical_kind_code,
        {{ period }},
        max(areas_reported_count) as areas_reported_count,
        max(areas_compared_count) as areas_compared_count
        {%- for name in counts + sums %},
        {{ "max" if "head_count" in name else "sum" }}({{ name }}) as {{ name }}
        {%- endfor %}
    from by_kind
    group by area_code, scheme_code, {{ period }}
)

select
    summed.area_code,
    area.area_name,
    area.area_kind,
    summed.scheme_code,
    summed.medical_kind_code,
    summed.period_type,
    summed.period_code,
    summed.period_end_date,
    cast(summed.head_count as decimal(20, 4)) as head_count,
    cast(summed.visit_count as bigint) as visit_count,
    {{ yuan("summed.medical_fee_yuan") }} as medical_fee_yuan,
    {{ yuan("summed.spending_yuan") }} as spending_yuan,
    {{ safe_ratio("summed.visit_count", "summed.head_count") }} as visits_per_head,
    {{ yuan(safe_ratio("summed.medical_fee_yuan", "summed.visit_count")) }} as cost_per_visit_yuan,
    {{ safe_ratio("summed.spending_yuan", "summed.medical_fee_yuan") }} as fund_share_ratio,
    cast(summed.prior_head_count as decimal(20, 4)) as prior_head_count,
    cast(summed.prior_visit_count as bigint) as prior_visit_count,
    {{ yuan("summed.prior_medical_fee_yuan") }} as prior_medical_fee_yuan,
    {{ yuan("summed.prior_spending_yuan") }} as prior_spending_yuan,
    {{ safe_ratio("summed.prior_visit_count", "summed.prior_head_count") }} as prior_visits_per_head,
    {{ yuan(safe_ratio("summed.prior_medical_fee_yuan", "summed.prior_visit_count")) }} as prior_cost_per_visit_yuan,
    {{ safe_ratio("summed.prior_spending_yuan", "summed.prior_medical_fee_yuan") }} as prior_fund_share_ratio,
    {{ yuan("summed.spending_yuan - summed.prior_spending_yuan") }} as growth_yuan,
    case
        when summed.prior_spending_yuan > 0
            then {{ safe_ratio("summed.spending_yuan - summed.prior_spending_yuan", "summed.prior_spending_yuan") }}
    end as growth_ratio
    {%- for name in ["heads", "visits", "cost", "share"] %},
    case
        when summed.prior_spending_yuan is not null
            then {{ yuan("coalesce(summed." ~ name ~ "_contribution_yuan, 0)") }}
    end as {{ name }}_contribution_yuan
    {%- endfor %},
    {{ yuan(
        "summed.spending_yuan - summed.prior_spending_yuan - coalesce(summed.heads_contribution_yuan, 0)"
        ~ " - coalesce(summed.visits_contribution_yuan, 0) - coalesce(summed.cost_contribution_yuan, 0)"
        ~ " - coalesce(summed.share_contribution_yuan, 0)"
    ) }} as unsplit_contribution_yuan,
    cast(summed.areas_reported_count as integer) as areas_reported_count,
    cast(summed.areas_compared_count as integer) as areas_compared_count
from summed
inner join {{ ref('dim_area') }} as area on summed.area_code = area.area_code
