{{ config(materialized='table') }}
-- Every reversal with its original, where there is one. An original counts until its reversal; only the first reversal
-- after it counts, in the original's year and on its path.
with taken_back as (
    select
        settlement_no,
        settlement_id,
        original_settlement_id,
        settled_at,
        benefit_year_code,
        layer_path_code
    from {{ ref('int_benefits__claim') }}
    where is_reversal
),

-- One row a reversal: settlement_id is the key of the claims.
linked as (
    select
        taken_back.settlement_no,
        taken_back.settlement_id,
        taken_back.original_settlement_id,
        taken_back.settled_at,
        original.settlement_no as original_no,
        coalesce(original.benefit_year_code, taken_back.benefit_year_code) as benefit_year_code,
        coalesce(original.layer_path_code, taken_back.layer_path_code) as layer_path_code,
        original.settlement_id is not null
        and (
            original.settled_at < taken_back.settled_at
            or (original.settled_at = taken_back.settled_at and original.settlement_id < taken_back.settlement_id)
        ) as is_after_original
    from taken_back
    left join {{ ref('int_benefits__claim') }} as original
        on taken_back.original_settlement_id = original.settlement_id and not original.is_reversal
)

select
    linked.*,
    is_after_original
    and row_number() over (
        partition by original_settlement_id, is_after_original order by settled_at, settlement_id
    ) = 1 as is_effective
from linked
