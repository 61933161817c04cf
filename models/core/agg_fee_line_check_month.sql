{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    contract={'enforced': true},
    pre_hook="{{ delete_rematched_months(['#lines', '#named']) }}",
) }}

-- Fee lines against their settlements, in the settlement's month: a line dated after that month is none of its lines. A
-- month is made anew when it changed or a line of one of its settlements did. Every line is also counted in its own month,
-- when that changed: #lines all of them, #named those that name a settlement (insurance type unknown: a line has none).
{%- set amounts = ['line_fee', 'own_expense', 'over_limit', 'preself_pay', 'in_scope'] %}
{%- set months = rematched_months() %}
{%- set line_months = in_months_of_lines(months) %}
{%- set claim %}
(
    select
        settlement.settlement_id,
        settlement.area_code,
        settlement.insutype_code,
        settlement.event_month,
        settlement.is_made_from_lines,
        settlement.medical_fee_yuan,
        settlement.own_expense_yuan,
        settlement.over_limit_yuan,
        settlement.preself_pay_yuan,
        settlement.in_scope_yuan,
        {%- for amount in amounts %}
        sum(line.{{ amount }}_yuan) as line_{{ amount | replace('line_', '') }}_yuan,
        {%- endfor %}
        sum(case when line.area_code <> 'unknown' and line.area_code = settlement.area_code then line.line_count else 0 end)
            as own_area_count,
        sum(case when line.area_code <> 'unknown' and line.area_code = settlement.area_code then line.line_fee_yuan end)
            as own_area_yuan,
        sum(case when line.area_code = 'unknown' then line.line_count else 0 end) as placeless_count,
        sum(case when line.area_code = 'unknown' then line.line_fee_yuan end) as placeless_yuan,
        min(line.wrong_line_id) as wrong_line_id
    from settlement
    -- one to many: a settlement's lines may be of several months and areas
    inner join line on settlement.settlement_id = line.settlement_id and settlement.event_month >= line.event_month
    group by
        settlement.settlement_id, settlement.area_code, settlement.insutype_code, settlement.event_month,
        settlement.is_made_from_lines, settlement.medical_fee_yuan, settlement.own_expense_yuan,
        settlement.over_limit_yuan, settlement.preself_pay_yuan, settlement.in_scope_yuan
) as claim
{%- endset %}
with settlement as (
    select
        settlement_id,
        area_code,
        insutype_code,
        event_month,
        is_valid and not is_manual and coalesce(settlement_type_code, '') <> '3' as is_made_from_lines,
        medical_fee_yuan,
        own_expense_yuan,
        over_limit_yuan,
        preself_pay_yuan,
        in_scope_yuan
    from {{ ref('fct_settlement') }}
    where true{{ in_months(months) }}
),

-- The lines of a settlement are summed before they meet it.
line as (
    select
        settlement_id,
        area_code,
        event_month,
        count(*) as line_count,
        {%- for amount in amounts %}
        sum({{ amount }}_yuan) as {{ amount }}_yuan,
        {%- endfor %}
        min(
            case when line_fee_yuan <> own_expense_yuan + over_limit_yuan + preself_pay_yuan + in_scope_yuan then fee_line_id end
        ) as wrong_line_id
    from {{ ref('fct_fee_line') }}
    where
        {% if months is not none %}settlement_id in (select settlement.settlement_id from settlement){{ line_months }}
        {% else %}settlement_id is not null{% endif %}
    group by settlement_id, area_code, event_month
),

line_month as (
    select
        area_code,
        event_month,
        count(*) as line_count,
        {{ sum_money('line_fee_yuan') }} as line_yuan,
        count(settlement_id) as named_count,
        {{ sum_money('case when settlement_id is not null then line_fee_yuan end') }} as named_yuan
    from {{ ref('fct_fee_line') }}
    where true{{ incremental_by_month(['fee_list_d']) }}
    group by area_code, event_month
)

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
{%- for check_id, kind in [('#lines', 'line'), ('#named', 'named')] %}
union all
select
    area_code,
    'unknown' as insutype_code,
    event_month,
    '{{ check_id }}' as check_id,
    cast(0 as bigint) as violated_count,
    {{ kind }}_count as denominator_count,
    {{ kind }}_yuan as evidence_yuan,
    cast(null as varchar) as sample_keys
from line_month
{%- endfor %}
