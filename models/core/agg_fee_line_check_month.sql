{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    contract={'enforced': true},
    pre_hook="{{ delete_changed_months(['setl_d', 'fee_list_d'], since=['fee_list_d']) }}",
) }}

-- Fee lines against their settlements, in the settlement's month: a line dated after that month is none of its lines,
-- so a month is made anew when it or any earlier month of lines changed. Every line is also counted in its own month:
-- #lines all of them, #named those that name a settlement (insurance type unknown: a line has none).
{%- set months = incremental_by_month(['setl_d', 'fee_list_d'], since=['fee_list_d']) %}
{%- set claim %}
(
    select
        settlement.settlement_id,
        settlement.area_code,
        settlement.insutype_code,
        settlement.event_month,
        settlement.is_valid and not settlement.is_manual
        and coalesce(settlement.settlement_type_code, '') <> '3' as is_made_from_lines,
        settlement.medical_fee_yuan,
        settlement.own_expense_yuan,
        settlement.over_limit_yuan,
        settlement.preself_pay_yuan,
        settlement.in_scope_yuan,
        sum(line.line_fee_yuan) as line_fee_yuan,
        sum(line.own_expense_yuan) as line_own_expense_yuan,
        sum(line.over_limit_yuan) as line_over_limit_yuan,
        sum(line.preself_pay_yuan) as line_preself_pay_yuan,
        sum(line.in_scope_yuan) as line_in_scope_yuan,
        sum(case when line.area_code <> 'unknown' and line.area_code = settlement.area_code then 1 else 0 end)
            as own_area_count,
        sum(case when line.area_code <> 'unknown' and line.area_code = settlement.area_code then line.line_fee_yuan end)
            as own_area_yuan,
        sum(case when line.area_code = 'unknown' then 1 else 0 end) as placeless_count,
        sum(case when line.area_code = 'unknown' then line.line_fee_yuan end) as placeless_yuan,
        min(
            case
                when
                    line.line_fee_yuan
                    <> line.own_expense_yuan + line.over_limit_yuan + line.preself_pay_yuan + line.in_scope_yuan
                    then line.fee_line_id
            end
        ) as wrong_line_id
    from (
        select *
        from {{ ref('fct_settlement') }}
        where true{{ months }}
    ) as settlement
    inner join {{ ref('fct_fee_line') }} as line
        on settlement.settlement_id = line.settlement_id and settlement.event_month >= line.event_month
    group by
        settlement.settlement_id, settlement.area_code, settlement.insutype_code, settlement.event_month,
        settlement.is_valid, settlement.is_manual, settlement.settlement_type_code, settlement.medical_fee_yuan,
        settlement.own_expense_yuan, settlement.over_limit_yuan, settlement.preself_pay_yuan, settlement.in_scope_yuan
) as claim
{%- endset %}

select
    area_code,
    insutype_code,
    event_month,
    check_id,
    violated_count,
    denominator_count,
    evidence_yuan,
    sample_keys
from ({{ checked_month(claim, fee_line_conditions(), 'line_fee_yuan') }}) as claim_check
union all
select
    area_code,
    'unknown' as insutype_code,
    event_month,
    '#lines' as check_id,
    cast(0 as bigint) as violated_count,
    count(*) as denominator_count,
    {{ sum_money('line_fee_yuan') }} as evidence_yuan,
    cast(null as varchar) as sample_keys
from {{ ref('fct_fee_line') }}
where true{{ months }}
group by area_code, event_month
union all
select
    area_code,
    'unknown' as insutype_code,
    event_month,
    '#named' as check_id,
    cast(0 as bigint) as violated_count,
    count(settlement_id) as denominator_count,
    {{ sum_money('case when settlement_id is not null then line_fee_yuan end') }} as evidence_yuan,
    cast(null as varchar) as sample_keys
from {{ ref('fct_fee_line') }}
where true{{ months }}
group by area_code, event_month
