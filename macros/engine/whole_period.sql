{#
    The months that a period's figures are made of. Months of cover and months of spending are chosen here and nowhere
    else: a period counts for an area where every one of its months stands in the relation, and only there.

    relation        has area_code and a month column (YYYYMM)
    Returns the text of a select: one row per area, period and month of it. To be joined by area and month with
    something that has already been summed to area and month: then each of its rows meets a period once, and nothing
    fans out.
#}
{% macro whole_period_months(relation, month_column='month_code') %}
select
    area_code,
    period_type,
    period_code,
    period_end_date,
    period_index,
    month_code,
    month_index,
    cast(month_count as integer) as month_count
from (
    select
        present.area_code,
        period.period_type,
        period.period_code,
        period.period_end_date,
        period.period_index,
        present.month_code,
        month.period_index as month_index,
        12 / {{ periods_per_year("period.period_type") }} as month_count,
        count(*) over (partition by present.area_code, period.period_type, period.period_code) as present_count
    from (
        select distinct
            area_code,
            {{ month_column }} as month_code
        from {{ relation }}
    ) as present
    inner join {{ ref('dim_period') }} as month
        on
            present.month_code = month.period_code
            and month.period_type = 'month'
    -- one to many: a month stands in a month, a quarter, a half and a year
    inner join {{ ref('dim_period') }} as period
        on
            month.period_start_date >= period.period_start_date
            and month.period_end_date <= period.period_end_date
) as candidate
where present_count = month_count
{% endmacro %}
