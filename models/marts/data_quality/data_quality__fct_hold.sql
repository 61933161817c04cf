with finding as (
    {% for family in ('balance', 'delivery', 'quarantine', 'transfer') %}
    select
        check_id,
        area_code,
        fund_code,
        period_type,
        period_code,
        violated_count,
        reason
    from {{ ref('int_check__' ~ family) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    finding.area_code,
    finding.fund_code,
    finding.period_type,
    finding.period_code,
    finding.check_id,
    finding.reason
from finding
inner join {{ ref('check_registry') }} as registry on finding.check_id = registry.check_id
where registry.kind = 'statement' and finding.violated_count > 0
