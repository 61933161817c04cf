-- One row per period with actual figures, newest first.
select
    period_type,
    period_code,
    max(period_end_date) as period_end_date,
    count(*) as figures_count,
from fund_balance.fct_fund_balance
where is_actual
group by period_type, period_code
order by period_end_date desc, period_code desc
