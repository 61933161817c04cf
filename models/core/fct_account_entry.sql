{{ config(materialized='view') }}

-- Credits and debits of the personal accounts in one relation.
with entry as (
    select
        account_entry_id,
        person_key,
        county_code,
        'income' as direction_code,
        entry_type_code,
        amount_yuan,
        person_part_yuan,
        employer_part_yuan,
        posted_date,
        event_month,
        delivery_no,
        file_no,
        row_number
    from {{ ref('stg_acct_inc_detl_d') }}
    union all
    select
        account_entry_id,
        person_key,
        county_code,
        'expenditure' as direction_code,
        entry_type_code,
        amount_yuan,
        cast(null as decimal(20, 2)) as person_part_yuan,
        cast(null as decimal(20, 2)) as employer_part_yuan,
        posted_date,
        event_month,
        delivery_no,
        file_no,
        row_number
    from {{ ref('stg_acct_pay_detl_d') }}
)

select
    entry.account_entry_id,
    entry.person_key,
    coalesce(county.area_code, entry.county_code, 'unknown') as area_code,
    coalesce(entry.county_code, 'unknown') as county_code,
    entry.direction_code,
    coalesce(entry.entry_type_code, 'unknown') as entry_type_code,
    entry.amount_yuan,
    entry.person_part_yuan,
    entry.employer_part_yuan,
    entry.posted_date,
    entry.event_month,
    entry.delivery_no,
    entry.file_no,
    entry.row_number
from entry
left join {{ ref('dim_county') }} as county on entry.county_code = county.county_code
