-- A check without rows to judge says na_no_data, never pass.
with family_finding as (
    {% for family in (
        'balance', 'stated', 'flow', 'transfer', 'delivery', 'quarantine', 'conservation', 'budget', 'warning',
        'reconciliation', 'row', 'feed', 'person', 'reversal', 'month', 'contribution', 'approval',
    ) %}
    select
        check_id,
        area_code,
        fund_code,
        period_type,
        period_code,
        violated_count,
        denominator_count,
        evidence_yuan,
        sample_keys
    from {{ ref('int_check__' ~ family) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- A check may be judged by two families: on statements and on feeds.
finding as (
    select
        check_id,
        area_code,
        fund_code,
        period_type,
        period_code,
        sum(violated_count) as violated_count,
        sum(denominator_count) as denominator_count,
        sum(evidence_yuan) as evidence_yuan,
        max(sample_keys) as sample_keys
    from family_finding
    group by check_id, area_code, fund_code, period_type, period_code
)

select
    registry.check_id,
    registry.name_zh as check_name,
    registry.kind,
    registry.tool,
    registry.endangered_marts as relation,
    finding.area_code,
    finding.fund_code,
    finding.period_type,
    finding.period_code,
    cast(coalesce(finding.violated_count, 0) as bigint) as violated_count,
    cast(coalesce(finding.denominator_count, 0) as bigint) as denominator_count,
    {{ yuan('finding.evidence_yuan') }} as evidence_yuan,
    case
        when coalesce(finding.denominator_count, 0) = 0 then 'na_no_data'
        when finding.violated_count = 0 then 'pass'
        when registry.kind in ('integrity', 'statement') then 'fail'
        else 'warn'
    end as status,
    finding.sample_keys,
    registry.endangered_marts,
    registry.doc_no,
    registry.clause
from {{ ref('check_registry') }} as registry
left join finding on registry.check_id = finding.check_id
