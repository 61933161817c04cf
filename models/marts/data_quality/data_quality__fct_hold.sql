with finding as (
    {% for family in ('balance', 'stated', 'delivery', 'quarantine', 'transfer', 'reconciliation', 'row', 'reversal', 'month') %}
    select
        check_id,
        area_code,
        fund_code,
        period_type,
        period_code,
        reason
    from {{ ref('int_check__' ~ family) }}
    where violated_count > 0{{ ' and is_beyond_share' if family == 'row' }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    finding.area_code,
    finding.fund_code,
    finding.period_type,
    finding.period_code,
    finding.check_id,
    min(coalesce(finding.reason, registry.name_zh)) as reason
from finding
inner join {{ ref('check_registry') }} as registry on finding.check_id = registry.check_id
where registry.kind = 'statement' and finding.fund_code is not null
group by
    finding.area_code, finding.fund_code, finding.period_type, finding.period_code, finding.check_id
