{{ config(materialized='table') }}
-- The statements that are in force, each with its place in time.
with active as (
    select distinct
        statement_key,
        area_code,
        fund_code,
        period_type,
        period_code,
        statement_code,
        origin_code
    from {{ ref('int_fund_balance__line') }}
)

select
    active.statement_key,
    active.area_code,
    active.fund_code,
    active.period_type,
    active.period_code,
    active.statement_code,
    active.origin_code,
    {{ series_key('active.area_code', 'active.fund_code', 'active.period_type', 'active.statement_code') }} as series_key,
    period.year_number,
    period.period_index,
    period.period_no,
    period.period_start_date,
    period.period_end_date
from active
inner join {{ ref('dim_period') }} as period
    on active.period_type = period.period_type and active.period_code = period.period_code
