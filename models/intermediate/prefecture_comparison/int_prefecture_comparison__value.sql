-- Areas and region with their values; a value is rounded once, here.
with indicator as (
    select
        area_code,
        area_kind,
        scheme_code,
        fund_code,
        period_type,
        period_code,
        period_end_date,
        indicator_code,
        shown_from,
        numerator,
        denominator
    from {{ ref('int_prefecture_comparison__indicator') }}
    union all
    select
        area_code,
        'region' as area_kind,
        scheme_code,
        fund_code,
        period_type,
        period_code,
        period_end_date,
        indicator_code,
        shown_from,
        numerator,
        denominator
    from {{ ref('int_prefecture_comparison__region') }}
)

select
    area_code,
    area_kind,
    scheme_code,
    fund_code,
    period_type,
    period_code,
    period_end_date,
    extract(year from period_end_date) as year_number,
    extract(month from period_end_date) as end_month_number,
    indicator_code,
    numerator,
    denominator,
    {{ safe_ratio("numerator", "denominator") }} as indicator_value,
    -- an extract that cannot be the whole of what it is divided by says nothing about the area
    coalesce(numerator < shown_from * denominator, false) as is_suppressed
from indicator
