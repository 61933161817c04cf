-- One row per cause, area, institution or operator ($grouping): differences of the replayed settlements of an area and period.
with differing as (
    select
        case $grouping
            when 'cause' then difference.cause_code
            when 'area' then difference.area_code
            when 'institution' then difference.institution_code
            else difference.operator_key
        end as group_code,
        difference.*,
    from benefits.fct_benefit_difference as difference
    left join core.dim_insutype as insutype on difference.insutype_code = insutype.insutype_code
    inner join core.dim_area as area
        on difference.area_code = area.area_code
        and (area.area_code = $area_code or (area.region_code = $area_code and area.area_kind in ('pooling_area', 'prov_level')))
    where difference.event_month between $first_month and $last_month
        and ($scheme = 'all' or insutype.scheme_code = $scheme)
        and ($scope = '*' or list_contains(string_split($scope, ','), difference.area_code))
),

institution as (
    select
        institution_code,
        min(institution_name) as institution_name,
    from rows.institution
    where $grouping = 'institution'
        and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
    group by institution_code
)

select
    differing.group_code,
    case $grouping
        when 'cause' then coalesce(text.name_zh, differing.group_code)
        when 'area' then coalesce(area.area_name, differing.group_code)
        when 'institution'
            then coalesce(institution.institution_name || '（' || differing.group_code || '）', nullif(differing.group_code, ''), '未注明')
        else coalesce(substr(nullif(differing.group_code, ''), 1, 12) || '…', '未注明')
    end as group_name,
    cast(sum(differing.settlement_count) as bigint) as settlement_count,
    sum(case when differing.difference_yuan > 0 then differing.difference_yuan else 0 end) as overpaid_yuan,
    sum(case when differing.difference_yuan < 0 then differing.difference_yuan else 0 end) as underpaid_yuan,
    sum(differing.paid_yuan) as paid_yuan,
    sum(differing.expected_yuan) as expected_yuan,
    sum(differing.difference_yuan) as difference_yuan,
from differing
left join benefits.dim_benefit_text as text
    on text.text_kind_code = 'cause'
    and differing.group_code = text.text_code
left join core.dim_area as area on differing.group_code = area.area_code
left join institution on differing.group_code = institution.institution_code
group by differing.group_code, text.name_zh, area.area_name, institution.institution_name
order by abs(sum(differing.difference_yuan)) desc, differing.group_code
limit $shown
