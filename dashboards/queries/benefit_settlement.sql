-- One row per fund of one settlement: what was paid, what the rules give, and which parameter rows gave it.
select
    replay.settlement_id,
    concat(substr(replay.person_key, 1, 8), '…') as person_mask,
    coalesce(area.area_name, replay.area_code) as area_name,
    coalesce(insutype.insutype_name, replay.insutype_code) as insutype_name,
    replay.institution_code,
    replay.benefit_year_code,
    replay.event_month,
    replay.service_end_date,
    replay.medical_kind_code,
    coalesce(place_text.name_zh, replay.place_code) as place_name,
    replay.is_reversal,
    replay.fund_code,
    replay.status_code,
    coalesce(status_text.name_zh, replay.status_code) as status_name,
    replay.reason,
    replay.paid_yuan,
    replay.expected_yuan,
    replay.difference_yuan,
    replay.cause_code,
    cause_text.name_zh as cause_name,
    replay.parameter_codes,
    replay.doc_no,
    replay.clause,
from benefits.fct_benefit_replay as replay
left join core.dim_area as area on replay.area_code = area.area_code
left join core.dim_insutype as insutype on replay.insutype_code = insutype.insutype_code
left join benefits.dim_benefit_text as status_text
    on status_text.text_kind_code = 'status'
    and replay.status_code = status_text.text_code
left join benefits.dim_benefit_text as cause_text
    on cause_text.text_kind_code = 'cause'
    and replay.cause_code = cause_text.text_code
left join benefits.dim_benefit_text as place_text
    on place_text.text_kind_code = 'place'
    and replay.place_code = place_text.text_code
where replay.settlement_id = $settlement_id
    and ($scope = '*' or list_contains(string_split($scope, ','), replay.area_code))
order by replay.fund_code
