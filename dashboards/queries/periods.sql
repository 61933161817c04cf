-- One row per period with actual figures, newest first; where a build has no statement at all, the periods whose months
-- the business feeds report in full.
with balance as (
    select
        period_type,
        period_code,
        max(period_end_date) as period_end_date,
        count(*) as figures_count,
    from fund_balance.fct_fund_balance
    where is_actual
    group by period_type, period_code
),

business as (
    select
        period.period_type,
        period.period_code,
        max(period.period_end_date) as period_end_date,
        count(*) as months_count,
        count(business_month.month_code) as reported_count,
    from core.dim_period as period
    inner join core.dim_period as month
        on month.period_type = 'month'
        and month.period_start_date between period.period_start_date and period.period_end_date
    left join core.dim_business_month as business_month on month.period_code = business_month.month_code
    group by period.period_type, period.period_code
)

select
    period_type,
    period_code,
    period_end_date,
    figures_count,
    true as has_statements,
from balance
union all
select
    period_type,
    period_code,
    period_end_date,
    1 as figures_count,
    false as has_statements,
from business
where reported_count = months_count
    and not exists (select 1 from balance)
order by period_end_date desc, period_code desc
