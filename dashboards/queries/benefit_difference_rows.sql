-- One row per settlement and fund that was not paid as the rules give, the largest first, with the number and sum of all;
-- persons are masked.
select
    replay.settlement_id,
    concat(substr(replay.person_key, 1, 8), '…') as person_mask,
    area.area_short_name as area_name,
    replay.institution_code,
    case when coalesce(replay.operator_key, '') <> '' then substr(replay.operator_key, 1, 12) || '…' end as operator_mask,
    replay.event_month,
    replay.fund_code,
    coalesce(text.name_zh, replay.cause_code) as cause_name,
    replay.paid_yuan,
    replay.expected_yuan,
    replay.difference_yuan,
    count(*) over () as rows_count,
    sum(replay.difference_yuan) over () as rows_yuan,
from benefits.fct_benefit_replay as replay
left join core.dim_insutype as insutype on replay.insutype_code = insutype.insutype_code
inner join core.dim_area as area
    on replay.area_code = area.area_code
    and (area.area_code = $area_code or (area.region_code = $area_code and area.area_kind in ('pooling_area', 'prov_level')))
left join benefits.dim_benefit_text as text
    on text.text_kind_code = 'cause'
    and replay.cause_code = text.text_code
where replay.difference_yuan <> 0
    and replay.event_month between $first_month and $last_month
    and ($scheme = 'all' or insutype.scheme_code = $scheme)
    and case $grouping
        when 'cause' then $group_code in ('*', replay.cause_code)
        when 'area' then $group_code in ('*', replay.area_code)
        when 'institution' then $group_code in ('*', coalesce(replay.institution_code, ''))
        else $group_code in ('*', coalesce(replay.operator_key, ''))
    end
    and ($scope = '*' or list_contains(string_split($scope, ','), replay.area_code))
order by abs(replay.difference_yuan) desc, replay.settlement_id, replay.fund_code
limit $shown
