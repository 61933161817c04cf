-- One row per area, fund and month whose business feeds are there on both sides. Without the feeds of the personal
-- accounts the employees' fund is not split. Residents pay mostly in the fourth quarter: their side is there when
-- contributions came in the last twelve months.
with area_month as (
    select
        area_code,
        month_code,
        max(case when flow_code = 'premium' and fund_code = '310100' then 1 else 0 end) as has_employee,
        max(case when flow_code = 'premium_income' then 1 else 0 end) as has_account,
        max(case when flow_code = 'premium' and fund_code = '390100' then 1 else 0 end) as has_resident,
        max(case when flow_code = 'settled' then 1 else 0 end) as has_settled,
        max(case when flow_code like 'paid%' then 1 else 0 end) as has_paid
    from {{ ref('int_fund_balance__business_flow') }}
    group by area_code, month_code
),

resident_since as (
    select
        this.area_code,
        this.month_code,
        max(earlier.has_resident) as has_resident
    from area_month as this
    inner join {{ ref('dim_period') }} as period on this.month_code = period.period_code and period.period_type = 'month'
    inner join {{ ref('dim_period') }} as before
        on before.period_type = 'month' and before.period_index between period.period_index - 11 and period.period_index
    inner join area_month as earlier on this.area_code = earlier.area_code and before.period_code = earlier.month_code
    group by this.area_code, this.month_code
),

area_fund as (
    select distinct
        area_code,
        fund_code
    from {{ ref('int_fund_balance__business_flow') }}
    where flow_code = 'premium'
    union
    select distinct
        area_code,
        '310200' as fund_code
    from {{ ref('int_fund_balance__business_flow') }}
    where flow_code = 'premium' and fund_code = '310100'
)

select
    area_month.area_code,
    area_fund.fund_code,
    area_month.month_code,
    area_month.has_account = 1 as is_split,
    area_month.has_paid = 1 as is_paid
from area_month
inner join {{ ref('dim_business_month') }} as reported on area_month.month_code = reported.month_code
inner join area_fund on area_month.area_code = area_fund.area_code
left join resident_since
    on area_month.area_code = resident_since.area_code and area_month.month_code = resident_since.month_code
where
    area_month.has_settled + area_month.has_paid > 0
    and case
        when area_fund.fund_code = '390100' then resident_since.has_resident = 1
        else area_month.has_employee = 1
    end
