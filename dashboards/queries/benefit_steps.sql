-- One row per step of one settlement's arithmetic, in order; asked only for a settlement that the reader may see ($scope).
select
    step.step_no,
    step.step_code,
    coalesce(text.name_zh, step.step_code) as step_name,
    step.fund_code,
    step.step_text,
    step.amount_yuan,
    step.doc_no,
    step.clause,
    step.parameter_codes,
from benefits.fct_benefit_step as step
left join benefits.dim_benefit_text as text
    on text.text_kind_code = 'step'
    and step.step_code = text.text_code
where step.settlement_id = $settlement_id
    and (
        $scope = '*'
        or exists (
            select 1
            from benefits.fct_benefit_replay as replay
            where replay.settlement_id = $settlement_id
                and list_contains(string_split($scope, ','), replay.area_code)
        )
    )
order by step.step_no, step.fund_code
