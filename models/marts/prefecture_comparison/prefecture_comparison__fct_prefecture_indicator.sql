{%- set is_ranked = "indicator.area_kind = 'pooling_area' and not indicator.is_suppressed" -%}
with ranked as (
    select
        indicator.*,
        metric.label_zh as indicator_name,
        metric.direction,
        metric.unit,
        -- an area outside the region is not compared with it; as a key, or the join would go row by row
        case when indicator.area_kind <> 'other' then indicator.scheme_code end as compared_scheme_code,
        {{ is_ranked }} as is_ranked,
        rank() over (
            partition by
                indicator.scheme_code,
                indicator.period_type,
                indicator.period_code,
                indicator.indicator_code,
                {{ is_ranked }}
            order by case when metric.direction = 'low_good' then 1 else -1 end * indicator.indicator_value
        ) as kind_rank,
        count(*) over (
            partition by
                indicator.scheme_code,
                indicator.period_type,
                indicator.period_code,
                indicator.indicator_code,
                {{ is_ranked }}
        ) as kind_count
    from {{ ref('int_prefecture_comparison__value') }} as indicator
    inner join {{ ref('metric') }} as metric on indicator.indicator_code = metric.metric_code
)

select
    ranked.area_code,
    area.area_name,
    ranked.area_kind,
    ranked.scheme_code,
    ranked.fund_code,
    ranked.period_type,
    ranked.period_code,
    ranked.period_end_date,
    ranked.indicator_code,
    ranked.indicator_name,
    cast(ranked.numerator as decimal(26, 6)) as numerator,
    cast(ranked.denominator as decimal(26, 6)) as denominator,
    cast(ranked.indicator_value as decimal(18, 6)) as indicator_value,
    cast(case when not region.is_suppressed then region.indicator_value end as decimal(18, 6)) as region_value,
    cast(case when ranked.is_ranked then ranked.kind_rank end as integer) as rank,
    cast(case when ranked.is_ranked then ranked.kind_count end as integer) as ranked_count,
    cast(prior_year.indicator_value as decimal(18, 6)) as prior_year_value,
    ranked.is_suppressed,
    ranked.direction,
    ranked.unit,
    cast(indicator.sort_order as integer) as sort_order
from ranked
inner join {{ ref('prefecture_indicator') }} as indicator on ranked.indicator_code = indicator.indicator_code
left join {{ ref('int_prefecture_comparison__value') }} as region
    on
        ranked.compared_scheme_code = region.scheme_code
        and ranked.period_type = region.period_type
        and ranked.period_code = region.period_code
        and ranked.indicator_code = region.indicator_code
        and region.area_kind = 'region'
left join {{ ref('int_prefecture_comparison__value') }} as prior_year
    on
        ranked.area_code = prior_year.area_code
        and ranked.scheme_code = prior_year.scheme_code
        and ranked.period_type = prior_year.period_type
        and ranked.year_number - 1 = prior_year.year_number
        and ranked.end_month_number = prior_year.end_month_number
        and ranked.indicator_code = prior_year.indicator_code
left join {{ ref('dim_area') }} as area on ranked.area_code = area.area_code
