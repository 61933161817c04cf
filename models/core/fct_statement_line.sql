-- A table although row level: the statements of a region are some ten thousand lines, and a dozen models read them.
with versioned as (
    select
        line.*,
        {{ statement_key() }} as statement_key,
        max(delivery_no) over (
            partition by reporter_code, fund_code, period_type, period_code, statement_code
        ) as latest_delivery_no,
        row_number() over (
            partition by
                reporter_code, fund_code, period_type, period_code, statement_code,
                delivery_no, measure_code, account_code, parent_account_code
            order by {{ natural_order('file_name') }} desc, record_no desc
        ) as repeat_no
    from {{ ref('map_statement_line') }} as line
),

judged as (
    select
        versioned.*,
        max(case when delivery_no = latest_delivery_no and not is_part then 1 else 0 end) over (
            partition by area_code, fund_code, period_type, period_code, statement_code
        ) as has_own_statement
    from versioned
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
    delivery_no = latest_delivery_no and repeat_no = 1 and not (is_part and has_own_statement = 1) as is_active,
    case
        when delivery_no <> latest_delivery_no then 'newer_delivery'
        when repeat_no > 1 then 'repeated_in_delivery'
        when is_part and has_own_statement = 1 then 'area_reported_itself'
    end as inactive_reason,
    is_unknown_account
from judged
