{{ config(materialized='table') }}
-- Residents' premiums in the balance of a period's end that belong to a later year (accrual begins after it). Known
-- where contributions of residents came in within the twelve months to the period's end; unknown is not zero.
with collected as (
    select
        contribution.area_code,
        contribution.event_month,
        substr(contribution.accrual_begin_month, 1, 4) as accrual_year,
        sum(contribution.total_yuan - contribution.subsidy_yuan) as amount_yuan
    from {{ ref('agg_contribution_month') }} as contribution
    inner join {{ ref('insutype') }} as insutype on contribution.insutype_code = insutype.insutype_code
    where contribution.is_collected and insutype.fund_code = '390100'
    group by contribution.area_code, contribution.event_month, substr(contribution.accrual_begin_month, 1, 4)
),

period_end as (
    select
        later.period_type,
        later.period_code,
        this.period_code as month_code,
        since.period_code as since_month_code,
        cast(this.year_number as varchar) as year_code
    from {{ ref('dim_period') }} as later
    inner join {{ ref('dim_period') }} as this
        on this.period_type = 'month' and later.period_end_date = this.period_end_date
    inner join {{ ref('dim_period') }} as since
        on since.period_type = 'month' and this.period_index - 11 = since.period_index
),

known as (
    select
        collected.area_code,
        period_end.period_type,
        period_end.period_code,
        {{ yuan("coalesce(sum(case when collected.accrual_year > period_end.year_code then collected.amount_yuan end), 0)") }}
            as prepaid_yuan
    from period_end
    inner join collected on period_end.month_code >= collected.event_month
    group by collected.area_code, period_end.period_type, period_end.period_code
    having max(case when period_end.since_month_code <= collected.event_month then 1 else 0 end) = 1
),

region_part as (
    select
        part.rollup_key as statement_key,
        {{ sum_if_all_known('known.prepaid_yuan') }} as prepaid_yuan
    from {{ ref('int_fund_balance__rollup_part') }} as part
    left join known
        on
            part.part_area_code = known.area_code
            and part.period_type = known.period_type
            and part.period_code = known.period_code
    where part.rollup_kind = 'region' and part.part_fund_code = '390100'
    group by part.rollup_key
)

-- The residents' fund, and the sums of funds that it is part of.
select
    balance.statement_key,
    case when balance.rollup_kind = 'region' then region_part.prepaid_yuan else known.prepaid_yuan end
        as prepaid_next_year_yuan
from {{ ref('int_fund_balance__balance') }} as balance
left join known
    on
        balance.area_code = known.area_code
        and balance.period_type = known.period_type
        and balance.period_code = known.period_code
left join region_part on balance.statement_key = region_part.statement_key
where
    balance.is_actual
    and balance.fund_code in ('390100', 'POOLED', 'ALL')
    and case when balance.rollup_kind = 'region' then region_part.prepaid_yuan else known.prepaid_yuan end is not null
