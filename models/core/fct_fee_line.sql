{{ config(materialized='view') }}

-- A line is not settled yet where it names no settlement. cover_code: what the basic fund covers of the line wholly
-- (plain: 甲), with a first part of the person's own (partial: 乙, or any first self-payment) or not at all (none: 丙).
with coded as (
    select
        line.*,
        case
            when line.item_level_code in ('1', '01') then '01'
            when line.item_level_code in ('2', '02') then '02'
            when line.item_level_code in ('3', '03') then '03'
            else coalesce(line.item_level_code, 'unknown')
        end as level_code
    from {{ ref('stg_fee_list_d') }} as line
)

select
    coded.fee_line_id,
    coded.settlement_id,
    coded.visit_id,
    coded.person_key,
    coalesce(county.area_code, coded.county_code, 'unknown') as area_code,
    coalesce(coded.county_code, 'unknown') as county_code,
    coded.institution_code,
    coded.item_code,
    coalesce(coded.list_type_code, 'unknown') as list_type_code,
    coalesce(coded.charge_type_code, 'unknown') as charge_type_code,
    coded.level_code as item_level_code,
    case
        when coded.level_code = '03' or coded.self_pay_ratio >= 1 then 'none'
        when coded.level_code = '02' or coded.self_pay_ratio > 0 then 'partial'
        when coded.level_code = '01' then 'plain'
        else 'unknown'
    end as cover_code,
    coded.item_quantity,
    coded.unit_price,
    coded.unit_price_limit,
    coded.self_pay_ratio,
    coded.line_fee_yuan,
    coalesce(coded.own_expense_yuan, 0) as own_expense_yuan,
    coalesce(coded.over_limit_yuan, 0) as over_limit_yuan,
    coalesce(coded.preself_pay_yuan, 0) as preself_pay_yuan,
    coalesce(coded.in_scope_yuan, 0) as in_scope_yuan,
    coded.original_fee_line_id,
    coded.original_fee_line_id is not null as is_reversal,
    coded.incurred_at,
    coded.event_month,
    coded.delivery_no,
    coded.file_no,
    coded.row_number
from coded
left join {{ ref('dim_county') }} as county on coded.county_code = county.county_code
