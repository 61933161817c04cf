-- The one place that says whether a quarantined row still asks for something (settled_code is null). Settled is what
-- came again: a later file of the same name that brings the row's month (one name may serve a new month each time), a
-- later delivery of the same statement, or one of a feed's month and county with as many rows; and what was dismissed.
with row_out as (
    select
        {{ quarantine_columns() }},
        cast(row_number() over (
            partition by delivery_no, content_hash, file_name
            order by sheet_name, row_number, cell_ref, column_name, reason_code, raw_text
        ) as integer) as quarantine_no
    from {{ ref('stg_intake__quarantine') }}
),

-- Few: the names under which rows came into quarantine.
quarantined_name as (
    select distinct file_name
    from row_out
),

file as (
    select
        given.delivery_no,
        given.content_hash,
        given.file_name,
        given.dismissed_reason is not null as is_dismissed,
        max(given.delivery_no) over (partition by given.file_name) as last_delivery_no
    from {{ ref('stg_intake__file') }} as given
    inner join quarantined_name on given.file_name = quarantined_name.file_name
    where given.status_code = 'loaded'
),

brought as (
    select file_name, feed_code, event_month as period_code, delivery_no
    from {{ ref('stg_intake__feed_control') }}
    union all
    select file_name, 'fund_statement', period_code, delivery_no
    from {{ ref('fct_statement_line') }}
    union all
    select file_name, feed_code, period_code, delivery_no
    from row_out
),

named_month as (
    select
        brought.file_name,
        brought.feed_code,
        brought.period_code,
        max(brought.delivery_no) as last_delivery_no
    from brought
    inner join quarantined_name on brought.file_name = quarantined_name.file_name
    where brought.period_code is not null
    group by brought.file_name, brought.feed_code, brought.period_code
),

statement as (
    select
        area_code,
        fund_code,
        period_type,
        period_code,
        statement_code,
        max(delivery_no) as last_delivery_no
    from {{ ref('fct_statement_line') }}
    group by area_code, fund_code, period_type, period_code, statement_code
),

-- Files of which newer deliveries replaced every accepted line: they answer for rows of which no statement can be read.
replaced_file as (
    select delivery_no, content_hash, file_name
    from {{ ref('fct_statement_line') }}
    group by delivery_no, content_hash, file_name
    having min(case when inactive_reason = 'newer_delivery' then 1 else 0 end) = 1
),

feed_delivery as (
    select
        control.feed_code,
        control.county_code,
        control.event_month,
        control.delivery_no,
        coalesce(
            max(sum(control.received_count)) over (
                partition by control.feed_code, control.county_code, control.event_month
                order by control.delivery_no
                rows between 1 following and unbounded following
            ) >= sum(control.received_count),
            false
        ) as is_delivered_again
    from {{ ref('stg_intake__feed_control') }} as control
    inner join (
        select distinct feed_code, period_code
        from row_out
    ) as quarantined_month
        on control.feed_code = quarantined_month.feed_code and control.event_month = quarantined_month.period_code
    group by control.feed_code, control.county_code, control.event_month, control.delivery_no
)

select
    row_out.*,
    case
        when
            row_out.delivery_no < named_month.last_delivery_no
            or (
                row_out.delivery_no < file.last_delivery_no
                and (row_out.period_code is null or row_out.file_name like concat('%', row_out.period_code, '%'))
            )
            or row_out.delivery_no < statement.last_delivery_no
            or feed_delivery.is_delivered_again
            or (
                replaced_file.delivery_no is not null
                and (row_out.fund_code is null or row_out.period_code is null or coalesce(row_out.admdvs, row_out.admdvs_name) is null)
            )
            then 'delivered_again'
        when file.is_dismissed then 'dismissed'
    end as settled_code
from row_out
left join file
    on
        row_out.delivery_no = file.delivery_no
        and row_out.content_hash = file.content_hash
        and row_out.file_name = file.file_name
left join named_month
    on
        row_out.file_name = named_month.file_name
        and row_out.feed_code = named_month.feed_code
        and row_out.period_code = named_month.period_code
left join {{ ref('map_statement_area') }} as map_area
    on
        row_out.fund_code is not null
        and coalesce(row_out.admdvs, '') = coalesce(map_area.admdvs, '')
        and coalesce(row_out.admdvs_name, '') = coalesce(map_area.admdvs_name, '')
left join statement
    on
        coalesce(map_area.area_code, row_out.admdvs, row_out.admdvs_name) = statement.area_code
        and row_out.fund_code = statement.fund_code
        and row_out.period_type = statement.period_type
        and row_out.period_code = statement.period_code
        and coalesce(row_out.statement_code, 'execution') = statement.statement_code
left join replaced_file
    on
        row_out.delivery_no = replaced_file.delivery_no
        and row_out.content_hash = replaced_file.content_hash
        and row_out.file_name = replaced_file.file_name
left join feed_delivery
    on
        row_out.feed_code = feed_delivery.feed_code
        and coalesce(row_out.admdvs, '') = coalesce(feed_delivery.county_code, '')
        and row_out.period_code = feed_delivery.event_month
        and row_out.delivery_no = feed_delivery.delivery_no
