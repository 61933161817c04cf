-- I11: counted in core, by the months that changed.
select
    'I11' as check_id,
    area_code,
    fund_code,
    'month' as period_type,
    event_month as period_code,
    violated_count,
    denominator_count,
    evidence_yuan,
    sample_keys,
    cast(null as varchar) as reason
from {{ ref('agg_reversal_check_month') }}
