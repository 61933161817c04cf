-- C03 C12 C13 C14 C15 C16 C17 S02 M10: what the replay of contributions finds, by the month (premiums and subsidies: the year)
-- that was due.
with row_finding as (
    {%- for check_id, cause, insutypes, yuan in [
        ('C03', 'base', "('310', '320')", 'employer_base_difference_yuan + person_base_difference_yuan'),
        ('C12', 'rate', "('310', '320')", 'employer_rate_difference_yuan + person_rate_difference_yuan'),
        ('C14', 'credit', "('310')", 'credit_yuan - due_credit_yuan - credit_base_difference_yuan'),
        ('C17', 'amount', "('330', '390')",
            'employer_yuan + person_yuan + undivided_yuan - due_employer_yuan - due_person_yuan - due_undivided_yuan'
            ~ ' + coalesce(subsidy_yuan - due_subsidy_yuan, 0)'),
    ] %}
    select
        '{{ check_id }}' as check_id,
        area_code,
        insutype_code,
        case when insutype_code in ('330', '390') then 'year' else 'month' end as period_type,
        case when insutype_code in ('330', '390') then substr(due_month, 1, 4) else due_month end as period_code,
        wrong_{{ cause }}_row_count as violated_count,
        row_count as denominator_count,
        case when wrong_{{ cause }}_row_count > 0 then {{ yuan }} end as evidence_yuan,
        wrong_{{ cause }}_keys as sample_keys
    from {{ ref('int_benefits__contribution_month') }}
    where {{ "credit_status_code" if cause == 'credit' else "status_code" }} = 'replayed' and insutype_code in {{ insutypes }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

-- AR-POOL-DRAFT 2.2: the rate that most rows of an area say is the rate that the area takes.
said_rate as (
    select
        area_code,
        due_month,
        declared_unit_ratio,
        sum(row_count) as row_count,
        row_number() over (partition by area_code, due_month order by sum(row_count) desc, declared_unit_ratio) as rank_no,
        sum(sum(row_count)) over (partition by area_code, due_month) as all_count
    from {{ ref('int_benefits__contribution_month') }}
    where insutype_code = '310' and status_code = 'replayed' and declared_unit_ratio is not null
    group by area_code, due_month, declared_unit_ratio
),

-- NMG-2007 1.1.2: what collected contributions say is credited against what the accounts were credited with, by the month of
-- the entry; an area and month whose accounts do not tell the parts is not judged.
credited as (
    select area_code, event_month, {{ sum_money('into_account_yuan') }} as credit_yuan
    from {{ ref('agg_contribution_month') }}
    where insutype_code = '310' and is_collected
    group by area_code, event_month
),

entered as (
    select area_code, event_month, {{ sum_money('contributed_yuan') }} as credit_yuan
    from {{ ref('agg_account_month') }}
    where direction_code = 'income' and entry_type_code = '101'
    group by area_code, event_month
),

-- M10: what the replay holds is what the months of contributions hold, part by part.
replayed as (
    select area_code, insutype_code, event_month, sum(row_count) as row_count,
        sum(employer_yuan + person_yuan + undivided_yuan + subsidy_yuan + other_yuan) as amount_yuan
    from {{ ref('int_benefits__contribution_month') }}
    group by area_code, insutype_code, event_month
),

counted as (
    select area_code, insutype_code, event_month, sum(row_count) as row_count,
        sum(coalesce(employer_yuan, 0) + coalesce(person_yuan, 0) + coalesce(subsidy_yuan, 0) + coalesce(other_yuan, 0))
            as amount_yuan
    from {{ ref('agg_contribution_month') }}
    group by area_code, insutype_code, event_month
),

finding as (
    select check_id, area_code, insutype_code, period_type, period_code, violated_count, denominator_count, evidence_yuan,
        sample_keys
    from row_finding
    union all
    select
        'C13', said_rate.area_code, '310', 'month', said_rate.due_month,
        case when said_rate.declared_unit_ratio <> rule.unit_rate_ratio then 1 else 0 end, 1, cast(null as decimal(20, 2)),
        case
            when said_rate.declared_unit_ratio <> rule.unit_rate_ratio
                then cast(said_rate.declared_unit_ratio as varchar)
        end
    from said_rate
    inner join {{ ref('benefits__dim_contribution_rule') }} as rule
        on
            said_rate.area_code = rule.area_code
            and said_rate.due_month >= rule.from_month
            and said_rate.due_month < rule.to_month
    where said_rate.rank_no = 1 and said_rate.row_count * 2 > said_rate.all_count
    union all
    select
        'C15', area_code, '310', 'month', due_month, case when has_contribution then 0 else 1 end, 1,
        case when has_contribution then 0 else -least_due_yuan end, case when not has_contribution then person_key end
    from {{ ref('int_benefits__early_retiree') }}
    where is_early_retiree_paying
    union all
    select
        'C16', credited.area_code, '310', 'month', credited.event_month,
        case when entered.credit_yuan <> credited.credit_yuan then 1 else 0 end, 1,
        entered.credit_yuan - credited.credit_yuan,
        case when entered.credit_yuan <> credited.credit_yuan then 'agg_account_month' end
    from credited
    inner join entered on credited.area_code = entered.area_code and credited.event_month = entered.event_month
    where entered.credit_yuan is not null
    union all
    select
        'S02', area_code, '390', 'year', year_code, case when declared_yuan <> due_yuan then 1 else 0 end, 1,
        declared_yuan - due_yuan, case when declared_yuan <> due_yuan then part_code end
    from {{ ref('int_benefits__subsidy_level') }}
    where missing_code is null
    union all
    select
        'M10', coalesce(replayed.area_code, counted.area_code), coalesce(replayed.insutype_code, counted.insutype_code), 'month',
        coalesce(replayed.event_month, counted.event_month),
        case
            when
                coalesce(replayed.row_count, 0) = coalesce(counted.row_count, 0)
                and coalesce(replayed.amount_yuan, 0) = coalesce(counted.amount_yuan, 0)
                then 0
            else 1
        end, 1, coalesce(replayed.amount_yuan, 0) - coalesce(counted.amount_yuan, 0), 'agg_contribution_due_month'
    from replayed
    full outer join counted
        on
            replayed.area_code = counted.area_code
            and replayed.insutype_code = counted.insutype_code
            and replayed.event_month = counted.event_month
)

select
    finding.check_id,
    finding.area_code,
    insutype.fund_code,
    finding.period_type,
    finding.period_code,
    sum(finding.violated_count) as violated_count,
    sum(finding.denominator_count) as denominator_count,
    {{ sum_money('case when finding.violated_count > 0 then finding.evidence_yuan end') }} as evidence_yuan,
    max(case when finding.violated_count > 0 then finding.sample_keys end) as sample_keys,
    cast(null as varchar) as reason
from finding
left join {{ ref('insutype') }} as insutype on finding.insutype_code = insutype.insutype_code
group by finding.check_id, finding.area_code, insutype.fund_code, finding.period_type, finding.period_code
