-- One row per item, state and reason: what the rules make due in an area and period, what the rows say, what arrived.
-- Premiums and subsidies are those of the whole year.
select
    replay.insutype_code,
    coalesce(replay.insutype_name, replay.insutype_code) as insutype_name,
    replay.item_code,
    replay.item_name,
    replay.period_type,
    replay.status_code,
    status_text.name_zh as status_name,
    replay.reason_code,
    min(replay.reason_zh) as reason,
    sum(replay.row_count) as row_count,
    sum(replay.wrong_count) as wrong_count,
    sum(replay.declared_yuan) as declared_yuan,
    sum(replay.expected_yuan) as expected_yuan,
    sum(replay.difference_yuan) as difference_yuan,
    sum(replay.base_difference_yuan) as base_difference_yuan,
    sum(replay.rate_difference_yuan) as rate_difference_yuan,
    sum(replay.other_difference_yuan) as other_difference_yuan,
    sum(replay.collected_yuan) as collected_yuan,
    sum(replay.arrears_yuan) as arrears_yuan,
    sum(replay.arrears_short_yuan) as arrears_short_yuan,
    sum(replay.arrears_medium_yuan) as arrears_medium_yuan,
    sum(replay.arrears_long_yuan) as arrears_long_yuan,
    min(replay.doc_no) as doc_no,
    min(replay.clauses) as clauses,
    bool_or(replay.is_sample_based) as is_sample_based,
    max(replay.areas_reported_count) as areas_reported_count,
from benefits.fct_contribution_replay as replay
left join core.dim_insutype as insutype on replay.insutype_code = insutype.insutype_code
left join benefits.dim_benefit_text as status_text
    on status_text.text_kind_code = 'status'
    and replay.status_code = status_text.text_code
where replay.area_code = $area_code
    and (
        (replay.period_type = 'month' and replay.period_code between $first_month and $last_month)
        or (replay.period_type = 'year' and replay.period_code = $year)
    )
    and ($scheme = 'all' or insutype.scheme_code = $scheme)
    and ($scope = '*' or list_contains(string_split($scope, ','), replay.area_code))
group by
    replay.insutype_code, replay.insutype_name, replay.item_code, replay.item_name, replay.item_sort_order,
    replay.period_type, replay.status_code, status_text.name_zh, replay.reason_code
order by replay.item_sort_order, replay.insutype_code, replay.status_code desc, replay.reason_code
