{{ config(materialized='table') }}
-- Care of each whole period by medical kind, all kinds and all schemes among them. Visits, fees and payments are those of
-- the settlement view (money); admissions, days and what an admission costs are those of the occurrence view.
{%- set sums = [
    "visit_count", "medical_fee_yuan", "fund_pay_yuan", "away_fund_pay_yuan", "occurrence_count",
    "occurrence_day_count", "occurrence_medical_fee_yuan", "occurrence_in_scope_yuan", "occurrence_fund_pay_yuan",
] %}
with monthly as (
    select
        settlement.area_code,
        insutype.scheme_code,
        settlement.medical_kind_code,
        settlement.event_month as month_code,
        sum(settlement.settlement_count) as visit_count,
        sum(settlement.medical_fee_yuan) as medical_fee_yuan,
        sum(settlement.fund_pay_yuan) as fund_pay_yuan,
        sum(case when settlement.place_code in ('region', 'cross_province') then settlement.fund_pay_yuan else 0 end) as away_fund_pay_yuan,
        sum(settlement.occurrence_count) as occurrence_count,
        sum(settlement.occurrence_day_count) as occurrence_day_count,
        sum(settlement.occurrence_medical_fee_yuan) as occurrence_medical_fee_yuan,
        sum(settlement.occurrence_in_scope_yuan) as occurrence_in_scope_yuan,
        sum(settlement.occurrence_fund_pay_yuan) as occurrence_fund_pay_yuan
    from {{ ref('agg_settlement_month') }} as settlement
    inner join {{ ref('insutype') }} as insutype
        on
            settlement.insutype_code = insutype.insutype_code
            and insutype.scheme_code in ('employee', 'resident')
    group by settlement.area_code, insutype.scheme_code, settlement.medical_kind_code, settlement.event_month
),

chosen as (
    {{ whole_period_months('monthly') | indent(4) }}
)

select
    monthly.area_code,
    coalesce(monthly.scheme_code, 'all') as scheme_code,
    coalesce(monthly.medical_kind_code, 'all') as medical_kind_code,
    chosen.period_type,
    chosen.period_code,
    chosen.period_end_date,
    chosen.period_index
    {%- for name in sums %},
    cast(sum(monthly.{{ name }}) as {{ "decimal(20, 2)" if name.endswith("_yuan") else "bigint" }}) as {{ name }}
    {%- endfor %}
from monthly
inner join chosen
    on
        monthly.area_code = chosen.area_code
        and monthly.month_code = chosen.month_code
group by
    monthly.area_code,
    chosen.period_type,
    chosen.period_code,
    chosen.period_end_date,
    chosen.period_index,
    grouping sets (
        (monthly.scheme_code, monthly.medical_kind_code), (monthly.scheme_code), (monthly.medical_kind_code), ()
    )
