-- A table although row level: the statements of a region are some ten thousand lines, and a dozen models read them.
with line as (
    select
        given.*,
        {{ statement_key() }} as statement_key,
        concat_ws('|', reporter_code, fund_code, period_type, period_code, statement_code) as version_key,
        concat_ws('|', coalesce(measure_code, ''), coalesce(account_code, ''), coalesce(parent_account_code, '')) as item_key
    from {{ ref('map_statement_line') }} as given
),

latest as (
    select
        version_key,
        max(delivery_no) as latest_delivery_no
    from line
    group by version_key
),

own_statement as (
    select distinct line.statement_key
    from line
    inner join latest on line.version_key = latest.version_key and line.delivery_no = latest.latest_delivery_no
    where not line.is_part
),

-- Few: what a delivery says twice. They alone are put in order.
repeated as (
    select
        version_key,
        delivery_no,
        item_key
    from line
    group by version_key, delivery_no, item_key
    having count(*) > 1
),

ranked as (
    select
        line.content_hash,
        line.delivery_no,
        line.file_name,
        line.record_no,
        row_number() over (
            partition by line.version_key, line.delivery_no, line.item_key
            order by {{ natural_order('line.file_name') }} desc, line.record_no desc
        ) as repeat_no
    from line
    inner join repeated
        on
            line.version_key = repeated.version_key
            and line.delivery_no = repeated.delivery_no
            and line.item_key = repeated.item_key
),

judged as (
    select
        line.*,
        latest.latest_delivery_no,
        coalesce(ranked.repeat_no, 1) as repeat_no,
        own_statement.statement_key is not null as has_own_statement
    from line
    inner join latest on line.version_key = latest.version_key
    left join own_statement on line.statement_key = own_statement.statement_key
    left join ranked
        on
            line.content_hash = ranked.content_hash
            and line.delivery_no = ranked.delivery_no
            and line.file_name = ranked.file_name
            and line.record_no = ranked.record_no
)

select
    statement_key,
    area_code,
    fund_code,
    period_type,
    period_code,
    statement_code,
    measure_code,
    account_code,
    coalesce(account_name, given_account_code) as account_name,
    parent_account_code,
    account_side_code as side_code,
    is_of_which,
    is_contained,
    is_in_total,
    nesting_code,
    {{ yuan('amount_yuan') }} as amount_yuan,
    {{ yuan('precision_yuan') }} as precision_yuan,
    reporter_code,
    unit_code,
    doc_no,
    delivery_no,
    file_name,
    content_hash,
    record_no,
    sheet_name,
    row_number,
    cell_ref,
    delivery_no = latest_delivery_no and repeat_no = 1 and not (is_part and has_own_statement) as is_active,
    case
        when delivery_no <> latest_delivery_no then 'newer_delivery'
        when repeat_no > 1 then 'repeated_in_delivery'
        when is_part and has_own_statement then 'area_reported_itself'
    end as inactive_reason,
    is_unknown_account
from judged
