-- Every reversal with its original, where there is one. An original counts until its reversal; only the first reversal
-- after it counts, in the original's year.
with linked as (
    select
        settlement_no,
        settlement_id,
        original_settlement_id,
        settled_at,
        case when has_original then original_no end as original_no,
        case when has_original then original_benefit_year_code else benefit_year_code end as benefit_year_code,
        has_original
        and (
            original_settled_at < settled_at
            or (original_settled_at = settled_at and original_settlement_id < settlement_id)
        ) as is_after_original
    from {{ ref('fct_reversal') }}
)

select
    linked.*,
    is_after_original
    and row_number() over (
        partition by original_settlement_id, is_after_original order by settled_at, settlement_id
    ) = 1 as is_effective
from linked
