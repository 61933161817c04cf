-- The measures as rows, one for each metric that a rule of the fund asks for, with the reason where it is missing.
with asked as (
    select distinct
        fund_code,
        metric_code
    from {{ ref('warning_threshold') }}
)

select
    measure.area_code,
    measure.fund_code,
    measure.period_type,
    measure.period_code,
    measure.period_end_date,
    measure.position,
    measure.is_reported,
    asked.metric_code,
    cast(
        case asked.metric_code
            when 'reserve_months' then measure.reserve_months
            when 'year_end_reserve_months' then measure.year_end_reserve_months
            when 'rolling_surplus_yuan' then measure.rolling_surplus_yuan
            when 'two_year_surplus_yuan' then measure.two_year_surplus_yuan
            when 'prior_year_surplus_yuan' then measure.prior_year_surplus_yuan
            when 'actual_closing_yuan' then measure.actual_closing_yuan
            when 'year_end_closing_yuan' then measure.year_end_closing_yuan
            when 'budget_surplus_yuan' then measure.budget_surplus_yuan
            when 'budget_closing_yuan' then measure.budget_closing_yuan
        end as decimal(26, 6)
    ) as metric_value,
    case
        when not measure.is_reported then '未报送'
        when asked.metric_code in ('budget_surplus_yuan', 'budget_closing_yuan') then '无预算'
        when asked.metric_code = 'prior_year_surplus_yuan' then '无上年收支数'
        when asked.metric_code in ('year_end_reserve_months', 'year_end_closing_yuan') then '无最近一个已结束年度的年末数'
        when asked.metric_code = 'actual_closing_yuan' then '无累计结余数'
        when asked.metric_code = 'reserve_months' and measure.actual_closing_yuan is null then '无累计结余数'
        when measure.period_type = 'month' then '月数不足12'
        when measure.period_type = 'quarter' then '季度数不足4'
        when measure.period_type = 'half' then '半年数不足2'
        else '无全年收支数'
    end as missing_reason
from {{ ref('int_deficit_warning__measure') }} as measure
inner join asked on measure.fund_code = asked.fund_code
