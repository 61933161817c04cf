-- Kept over 150 lines: statements and feeds are measured by one rule.
-- D07: rows in quarantine that nothing has settled (fct_intake_quarantine), above the share of the money of their
-- statement that the contract allows. Business feeds by month and area.
with quarantined as (
    select
        coalesce(map_area.area_code, row_out.admdvs, row_out.admdvs_name) as area_code,
        row_out.fund_code,
        row_out.period_type,
        row_out.period_code,
        coalesce(row_out.statement_code, 'execution') as statement_code,
        row_out.file_name || ':' || coalesce(row_out.cell_ref, cast(row_out.row_number as varchar)) as sample_key,
        row_out.amount_yuan
    from {{ ref('fct_intake_quarantine') }} as row_out
    left join {{ ref('map_statement_area') }} as map_area
        on
            coalesce(row_out.admdvs, '') = coalesce(map_area.admdvs, '')
            and coalesce(row_out.admdvs_name, '') = coalesce(map_area.admdvs_name, '')
    where
        row_out.settled_code is null
        and row_out.fund_code is not null
        and row_out.period_code is not null
        and coalesce(row_out.admdvs, row_out.admdvs_name) is not null
),

loaded as (
    select
        area_code,
        fund_code,
        period_type,
        period_code,
        statement_code,
        sum(case when is_active then abs(amount_yuan) else 0 end) as loaded_yuan
    from {{ ref('fct_statement_line') }}
    group by area_code, fund_code, period_type, period_code, statement_code
),

standing as (
    select
        quarantined.*,
        coalesce(loaded.loaded_yuan, 0) as loaded_yuan
    from quarantined
    left join loaded
        on
            quarantined.area_code = loaded.area_code
            and quarantined.fund_code = loaded.fund_code
            and quarantined.period_type = loaded.period_type
            and quarantined.period_code = loaded.period_code
            and quarantined.statement_code = loaded.statement_code
),

statement as (
    select
        area_code,
        fund_code,
        period_type,
        period_code,
        statement_code,
        count(*) as rows_count,
        -- An amount that cannot be read may be any amount.
        count(*) - count(amount_yuan) as unreadable_count,
        sum(abs(amount_yuan)) as quarantined_yuan,
        max(loaded_yuan) as loaded_yuan,
        min(sample_key) as sample_key
    from standing
    group by area_code, fund_code, period_type, period_code, statement_code
),

-- Few: the months of a feed in which any row is in quarantine.
in_quarantine as (
    select distinct
        feed_code,
        event_month
    from {{ ref('stg_intake__feed_control') }}
    where quarantined_count > 0 and length(event_month) = 6
),

-- The rows of one file, month and county are settled together.
settled as (
    select distinct
        delivery_no,
        content_hash,
        file_name,
        feed_code,
        admdvs,
        period_code
    from {{ ref('fct_intake_quarantine') }}
    where settled_code is not null
),

feed_file as (
    select
        control.feed_code,
        control.county_code,
        control.event_month,
        control.file_name,
        control.quarantined_count,
        control.unreadable_count,
        abs(control.quarantined_yuan) as quarantined_yuan,
        abs(control.loaded_yuan) as loaded_yuan,
        control.loaded_count,
        control.quarantined_count > 0 and settled.file_name is null as is_open
    from {{ ref('stg_intake__feed_control') }} as control
    inner join in_quarantine
        on control.feed_code = in_quarantine.feed_code and control.event_month = in_quarantine.event_month
    left join settled
        on
            control.delivery_no = settled.delivery_no
            and control.content_hash = settled.content_hash
            and control.file_name = settled.file_name
            and control.feed_code = settled.feed_code
            and coalesce(control.county_code, '') = coalesce(settled.admdvs, '')
            and control.event_month = settled.period_code
),

-- Rows of a business feed have no fund of their own: they endanger the funds that the feed feeds.
feed_month as (
    select
        coalesce(county.area_code, given.county_code) as area_code,
        feed_fund.fund_code,
        given.event_month,
        given.feed_code,
        sum(case when given.is_open then given.quarantined_count else 0 end) as rows_count,
        -- An amount that cannot be read may be any amount: it counts by its row.
        sum(case when given.is_open then given.unreadable_count else 0 end) as unreadable_count,
        sum(case when given.is_open then given.quarantined_yuan else 0 end) as quarantined_yuan,
        sum(given.loaded_yuan) as loaded_yuan,
        sum(given.loaded_count) as loaded_count,
        min(case when given.is_open then given.file_name end) as sample_key
    from feed_file as given
    inner join {{ ref('feed_fund') }} as feed_fund on given.feed_code = feed_fund.feed_code
    left join {{ ref('dim_county') }} as county on given.county_code = county.county_code
    group by coalesce(county.area_code, given.county_code), feed_fund.fund_code, given.event_month, given.feed_code
),

area_fund as (
    select distinct
        area_code,
        fund_code
    from {{ ref('int_fund_balance__statement') }}
),

endangered as (
    select
        area_code, fund_code, period_type, period_code, rows_count, unreadable_count, quarantined_yuan, sample_key,
        loaded_yuan + coalesce(quarantined_yuan, 0) as received_yuan,
        false as is_many_rows
    from statement
    union all
    select
        feed_month.area_code, feed_month.fund_code, 'month', feed_month.event_month, feed_month.rows_count,
        0, feed_month.quarantined_yuan, feed_month.sample_key,
        coalesce(feed_month.loaded_yuan, 0) + coalesce(feed_month.quarantined_yuan, 0),
        feed_month.unreadable_count
        > parameter.parameter_value * (feed_month.loaded_count + feed_month.rows_count)
    from feed_month
    inner join area_fund on feed_month.area_code = area_fund.area_code and feed_month.fund_code = area_fund.fund_code
    inner join {{ ref('check_parameter') }} as parameter on parameter.parameter_code = 'quarantine_share'
    where feed_month.rows_count > 0
),

judged as (
    select
        endangered.*,
        endangered.unreadable_count > 0
        or endangered.is_many_rows
        or coalesce(endangered.quarantined_yuan, 0) > parameter.parameter_value * endangered.received_yuan as is_violated
    from endangered
    inner join {{ ref('check_parameter') }} as parameter on parameter.parameter_code = 'quarantine_share'
)

select
    'D07' as check_id,
    area_code,
    fund_code,
    period_type,
    period_code,
    sum(case when is_violated then rows_count else 0 end) as violated_count,
    sum(rows_count) as denominator_count,
    {{ sum_money('case when is_violated then quarantined_yuan end') }} as evidence_yuan,
    min(case when is_violated then sample_key end) as sample_keys,
    min(case when is_violated then '有行被隔离，超过该期金额的千分之一' end) as reason
from judged
group by area_code, fund_code, period_type, period_code
