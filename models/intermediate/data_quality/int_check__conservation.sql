-- M09 M10: nothing lost or doubled on the way from the received file to the mart.
with mart_line as (
    select
        area_code, fund_code, period_type, period_code,
        count(*) as rows_count,
        sum(amount_yuan) as amount_yuan
    from {{ ref('fund_balance__fct_statement_line') }}
    group by area_code, fund_code, period_type, period_code
),

core_line as (
    select
        area_code, fund_code, period_type, period_code,
        count(*) as rows_count,
        sum(amount_yuan) as amount_yuan
    from {{ ref('fct_statement_line') }}
    group by area_code, fund_code, period_type, period_code
),

core_file as (
    select
        delivery_no, content_hash, file_name,
        count(*) as rows_count,
        sum(amount_yuan) as amount_yuan
    from {{ ref('fct_statement_line') }}
    group by delivery_no, content_hash, file_name
),

lake_file as (
    select
        delivery_no, content_hash, file_name,
        count(*) as rows_count,
        sum(amount_yuan) as amount_yuan
    from {{ ref('stg_fund_statement') }}
    group by delivery_no, content_hash, file_name
),

finding as (
    select
        'M09' as check_id,
        cast(null as varchar) as area_code,
        cast(null as varchar) as fund_code,
        cast(null as varchar) as period_type,
        cast(null as varchar) as period_code,
        received_rows <> loaded_rows + superseded_rows + quarantined_rows
        or received_yuan <> loaded_yuan + superseded_yuan + quarantined_yuan as is_violated,
        received_yuan - loaded_yuan - superseded_yuan - quarantined_yuan as evidence_yuan,
        file_name as sample_key
    from {{ ref('data_quality__fct_intake_batch') }}
    where status_code = 'loaded' and feed_code = 'fund_statement'
    union all
    select
        'M10', null, null, null, null,
        coalesce(lake_file.rows_count, 0) <> coalesce(core_file.rows_count, 0)
        or coalesce(lake_file.amount_yuan, 0) <> coalesce(core_file.amount_yuan, 0),
        coalesce(lake_file.amount_yuan, 0) - coalesce(core_file.amount_yuan, 0),
        coalesce(lake_file.file_name, core_file.file_name)
    from lake_file
    full outer join core_file
        on
            lake_file.delivery_no = core_file.delivery_no
            and lake_file.content_hash = core_file.content_hash
            and lake_file.file_name = core_file.file_name
    union all
    select
        'M10',
        coalesce(core_line.area_code, mart_line.area_code),
        coalesce(core_line.fund_code, mart_line.fund_code),
        coalesce(core_line.period_type, mart_line.period_type),
        coalesce(core_line.period_code, mart_line.period_code),
        coalesce(core_line.rows_count, 0) <> coalesce(mart_line.rows_count, 0)
        or coalesce(core_line.amount_yuan, 0) <> coalesce(mart_line.amount_yuan, 0),
        coalesce(core_line.amount_yuan, 0) - coalesce(mart_line.amount_yuan, 0),
        coalesce(core_line.period_code, mart_line.period_code)
    from core_line
    full outer join mart_line
        on
            core_line.area_code = mart_line.area_code
            and core_line.fund_code = mart_line.fund_code
            and core_line.period_type = mart_line.period_type
            and core_line.period_code = mart_line.period_code
)

select
    check_id,
    area_code,
    fund_code,
    period_type,
    period_code,
    sum(case when is_violated then 1 else 0 end) as violated_count,
    count(*) as denominator_count,
    sum(case when is_violated then evidence_yuan end) as evidence_yuan,
    min(case when is_violated then sample_key end) as sample_keys,
    cast(null as varchar) as reason
from finding
group by check_id, area_code, fund_code, period_type, period_code
