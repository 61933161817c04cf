-- One row per contribution behind a figure of collection, the largest first, with the number and sum of all; persons are masked.
with contribution as (
    select
        contribution_id,
        person_key,
        employer_key,
        area_code,
        insutype_code,
        event_month,
        coalesce(due_month, event_month) as due_month,
        is_collected,
        contribution_kind_code,
        coalesce(employer_yuan, 0) + coalesce(person_yuan, 0) + coalesce(other_yuan, 0) as amount_yuan,
    from rows.employee_contribution
    union all
    select
        contribution_id,
        person_key,
        employer_key,
        area_code,
        insutype_code,
        event_month,
        coalesce(due_month, event_month) as due_month,
        is_collected,
        contribution_kind_code,
        coalesce(employer_yuan, 0) + coalesce(person_yuan, 0) + coalesce(other_yuan, 0) as amount_yuan,
    from rows.resident_contribution
)

select
    contribution.contribution_id,
    concat(substr(contribution.person_key, 1, 8), '…') as person_mask,
    contribution.employer_key,
    area.area_short_name as area_name,
    insutype.insutype_name,
    contribution.due_month,
    case when contribution.is_collected then contribution.event_month end as collected_month,
    contribution.contribution_kind_code,
    contribution.amount_yuan,
    count(*) over () as rows_count,
    sum(contribution.amount_yuan) over () as rows_yuan,
from contribution
inner join core.dim_insutype as insutype on contribution.insutype_code = insutype.insutype_code
inner join core.dim_area as area
    on contribution.area_code = area.area_code
    and (area.area_code = $area_code or (area.region_code = $area_code and area.area_kind in ('pooling_area', 'prov_level')))
-- an area counts in the region's figure where its whole period is there
inner join fund_balance.fct_collection as counted
    on contribution.area_code = counted.area_code
    and counted.scheme_code = $row_scheme
    and counted.fund_code = $row_fund
    and counted.item_code = 'premium'
    and counted.payer_code = 'all'
    and counted.period_type = $period_type
    and counted.period_code = $period_code
where insutype.scheme_code = $row_scheme
    and case insutype.fund_code when '310100' then '310000' else insutype.fund_code end = $row_fund
    and case $metric
        when 'collected_yuan'
            then contribution.is_collected and contribution.event_month between $first_month and $last_month
        when 'due_yuan'
            then contribution.contribution_kind_code <> 'refund'
                and contribution.due_month between $first_month and $last_month
        when 'collected_of_due_yuan'
            then contribution.contribution_kind_code <> 'refund'
                and contribution.due_month between $first_month and $last_month
                and contribution.is_collected and contribution.event_month <= $last_month
        else contribution.contribution_kind_code <> 'refund'
            and contribution.due_month <= $last_month
            and not (contribution.is_collected and contribution.event_month <= $last_month)
    end
    and ($scope = '*' or list_contains(string_split($scope, ','), contribution.area_code))
order by abs(contribution.amount_yuan) desc, contribution.contribution_id
limit $shown
