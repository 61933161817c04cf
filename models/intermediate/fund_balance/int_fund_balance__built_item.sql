{{ config(materialized='table') }}
-- Coarser periods from finer ones: the sum of the parts where all are there, else the year-to-date at the end less the
-- one before the start. The finest type of period that gives the whole statement is the one taken.
with candidate as (
    select
        part.statement_key,
        part.part_type,
        part.part_rank,
        flow.item_code,
        case
            when count(case when part.part_place <> 'before' then flow.amount_yuan end) = max(part.parts_expected)
                then {{ sum_money("case when part.part_place <> 'before' then flow.amount_yuan end") }}
        end as summed_yuan,
        max(case when part.part_place = 'last' then flow.ytd_yuan end) as ytd_yuan,
        case
            when max(part.period_no) = 1 then {{ yuan('0') }}
            else max(case when part.part_place = 'before' then flow.ytd_yuan end)
        end as ytd_before_yuan
    from {{ ref('int_fund_balance__built_part') }} as part
    inner join {{ ref('int_fund_balance__item_flow') }} as flow on part.part_key = flow.statement_key
    group by part.statement_key, part.part_type, part.part_rank, flow.item_code
),

valued as (
    select
        statement_key,
        part_type,
        part_rank,
        item_code,
        {{ yuan('coalesce(summed_yuan, ytd_yuan - ytd_before_yuan)') }} as amount_yuan,
        ytd_yuan
    from candidate
),

chosen as (
    select
        statement_key,
        min(part_rank) as part_rank
    from valued
    where item_code = '#surplus' and amount_yuan is not null
    group by statement_key
)

select
    valued.statement_key,
    valued.part_type,
    valued.item_code,
    valued.amount_yuan,
    valued.ytd_yuan
from valued
inner join chosen on valued.statement_key = chosen.statement_key and valued.part_rank = chosen.part_rank
