-- One row per state of the benefit replay and its reason: how many settlements of an area and period, and what was paid.
with counted as (
    select
        month.status_code,
        month.reason_code,
        -- every settlement has one row of its scheme's own fund, and one more for each other fund that pays
        case when month.fund_code = coalesce(insutype.fund_code, '999997') then month.settlement_count else 0 end as settlement_count,
        month.difference_count,
        month.paid_yuan,
    from benefits.fct_benefit_month as month
    left join core.dim_insutype as insutype on month.insutype_code = insutype.insutype_code
    inner join core.dim_area as area
        on month.area_code = area.area_code
        and (area.area_code = $area_code or (area.region_code = $area_code and area.area_kind in ('pooling_area', 'prov_level')))
    where month.event_month between $first_month and $last_month
        and ($scheme = 'all' or insutype.scheme_code = $scheme)
        and ($scope = '*' or list_contains(string_split($scope, ','), month.area_code))
)

select
    counted.status_code,
    coalesce(status_text.name_zh, counted.status_code) as status_name,
    counted.reason_code,
    reason_text.name_zh as reason_name,
    cast(sum(counted.settlement_count) as bigint) as settlement_count,
    cast(sum(counted.difference_count) as bigint) as difference_count,
    sum(counted.paid_yuan) as paid_yuan,
from counted
left join benefits.dim_benefit_text as status_text
    on status_text.text_kind_code = 'status'
    and counted.status_code = status_text.text_code
left join benefits.dim_benefit_text as reason_text
    on reason_text.text_kind_code = 'reason'
    and counted.reason_code = reason_text.text_code
group by counted.status_code, status_text.name_zh, status_text.sort_order, counted.reason_code, reason_text.name_zh
order by status_text.sort_order, settlement_count desc, counted.reason_code
