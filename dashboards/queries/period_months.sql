-- One row: the first and last month of the chosen period.
select
    min(month.period_code) as first_month,
    max(month.period_code) as last_month,
from core.dim_period as period
inner join core.dim_period as month
    on month.period_type = 'month'
    and month.period_start_date between period.period_start_date and period.period_end_date
where period.period_type = $period_type
    and period.period_code = $period_code
