{{ config(materialized='table') }}
-- Class-B and partly covered items in the in-scope cost, from the lines of the bill: only of employees' admissions in
-- years that go row by row, because only the large-claim layer asks. Lines that do not add up to the settlement's in-scope
-- cost and first self-payment say nothing.
with admission as (
    select settlement_no, settlement_id, in_scope, first_self_pay
    from {{ ref('int_benefits__limited') }}
    where
        is_stepwise and not is_reversal_event and scheme_code = 'employee' and path_code = 'pooled'
        and medical_kind_code = 'inpatient'
),

line as (
    select
        fee_line.settlement_id,
        {{ fen('sum(fee_line.in_scope_yuan)') }} as in_scope,
        {{ fen('sum(fee_line.preself_pay_yuan)') }} as first_self_pay,
        {{ fen("sum(case when fee_line.cover_code = 'partial' then fee_line.in_scope_yuan else 0 end)") }} as partial,
        sum(case when fee_line.cover_code = 'unknown' and fee_line.in_scope_yuan <> 0 then 1 else 0 end) as unknown_count
    from {{ ref('fct_fee_line') }} as fee_line
    inner join admission on fee_line.settlement_id = admission.settlement_id
    group by fee_line.settlement_id
)

select
    admission.settlement_no,
    line.partial
from admission
inner join line
    on
        admission.settlement_id = line.settlement_id
        and admission.in_scope = line.in_scope
        and admission.first_self_pay = line.first_self_pay
        and line.unknown_count = 0
