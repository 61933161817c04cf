-- What a contribution row should say by the rules of its month, beside what it says. It is over 150 lines: one row, one
-- pass, from the base to the amounts; the aggregate by month and the rows behind a difference read the same arithmetic.
--   status  replayed; not_replayable: no document gives the parameter (reason_code); outside_rules: refunds, write-offs,
--           lump sums, supplements and fixed amounts, for which no clause gives an amount (reason_code)
--   parts   employer, person, credit (of it into the personal account), subsidy, undivided (a premium whose division
--           between unit and person no document states)
-- A difference is what is declared less what is due; its base and rate parts say what it comes from, in that order.
with contribution as (
    {% for relation, columns in [
        ('fct_employee_contribution', {
            'base': 'coalesce(employer_base_yuan, person_base_yuan)',
            'person_base': 'coalesce(person_base_yuan, employer_base_yuan)',
            'wage': 'coalesce(wage_yuan, employer_base_yuan, person_base_yuan)',
            'employer_rate': 'employer_rate_value',
            'person_rate': 'person_rate_value',
            'credit': 'coalesce(employer_into_account_yuan, 0) + coalesce(person_into_account_yuan, 0)',
            'other': 'coalesce(other_yuan, 0)',
            'person': 'coalesce(person_yuan, 0)',
        }),
        ('fct_resident_contribution', {
            'base': 'cast(null as decimal(20, 2))',
            'person_base': 'cast(null as decimal(20, 2))',
            'wage': 'cast(null as decimal(20, 2))',
            'employer_rate': 'cast(null as decimal(12, 6))',
            'person_rate': 'cast(null as decimal(12, 6))',
            'credit': '0',
            'other': '0',
            'person': 'coalesce(person_yuan, 0) + coalesce(other_yuan, 0)',
        }),
    ] %}
    select
        contribution_id,
        person_key,
        area_code,
        county_code,
        insutype_code,
        contribution_type_code,
        event_month,
        coalesce(accrual_begin_month, due_month, event_month) as due_month,
        coalesce(accrual_end_month, accrual_begin_month, due_month, event_month) as end_month,
        case
            when insutype_code in ('330', '390')
                then concat(substr(coalesce(accrual_begin_month, due_month, event_month), 1, 4), '01')
            else coalesce(accrual_begin_month, due_month, event_month)
        end as rule_month,
        case
            when coalesce(write_off_code, 'Z') <> 'Z' then 'written_off'
            when is_collected then 'collected'
            else 'open'
        end as settle_code,
        contribution_kind_code,
        fixed_amount_code,
        {{ yuan(columns.base) }} as base_yuan,
        {{ yuan(columns.person_base) }} as person_base_yuan,
        {{ yuan(columns.wage) }} as wage_yuan,
        {{ columns.employer_rate }} as employer_rate_value,
        {{ columns.person_rate }} as person_rate_value,
        coalesce(employer_yuan, 0) as employer_yuan,
        {{ columns.person }} as person_yuan,
        {{ columns.credit }} as credit_yuan,
        subsidy_yuan,
        {{ columns.other }} as other_yuan,
        coalesce(total_yuan, 0) as total_yuan,
        -- 1103: in service in flexible employment (platform dictionary 3.2). Where the row does not say who pays, a row
        -- without any part of a unit is such a person's.
        case
            when person_type_code is not null and insutype_code = '310' then person_type_code = '1103'
            else insutype_code = '310' and coalesce(employer_yuan, 0) = 0 and coalesce({{ columns.employer_rate }}, 0) = 0
        end as is_flexible,
        delivery_no,
        file_no,
        row_number
    from {{ ref(relation) }}
    {{ "union all" if not loop.last }}
    {% endfor %}
),

ruled as (
    select
        contribution.*,
        {{ month_number('contribution.end_month') }} - {{ month_number('contribution.due_month') }} + 1 as month_count,
        least(greatest(contribution.wage_yuan, rule.base_floor_yuan), rule.base_ceiling_yuan) as due_base_yuan,
        cast(rule.unit_rate_ratio as decimal(9, 6)) as unit_rate_ratio,
        cast(
            case contribution.insutype_code
                when '320' then rule.civil_servant_rate_ratio
                when '310' then case when contribution.is_flexible then 0 else rule.unit_rate_ratio end
            end as decimal(9, 6)
        ) as due_employer_ratio,
        cast(case contribution.insutype_code when '310' then rule.person_rate_ratio when '320' then 0 end as decimal(9, 6))
            as due_person_ratio,
        cast(rule.account_share_ratio + coalesce(rule.account_uplift_ratio, 0) as decimal(9, 6)) as due_credit_ratio,
        rule.large_premium_yuan,
        rule.large_unit_yuan,
        rule.large_person_yuan,
        rule.resident_premium_yuan,
        rule.resident_subsidy_yuan,
        case
            when contribution.settle_code = 'written_off' then 'written_off'
            when contribution.insutype_code not in ('310', '320', '330', '390') then 'other_insutype'
            when contribution.total_yuan < 0 or contribution.contribution_kind_code = 'refund' then 'refund'
            when not coalesce(kind.is_replayed, false) then 'other_kind'
            when contribution.insutype_code in ('310', '320') and contribution.fixed_amount_code = '1' then 'fixed_amount'
        end as outside_code,
        case
            when contribution.insutype_code in ('310', '320')
                then
                    case
                        when rule.area_code is null then 'unit_contribution_rate'
                        when rule.missing_base_parameter_code is not null then rule.missing_base_parameter_code
                        when contribution.insutype_code = '320' and rule.civil_servant_rate_ratio is null
                            then 'civil_servant_contribution_ratio'
                        when contribution.insutype_code = '310' and rule.unit_rate_ratio is null then 'unit_contribution_rate'
                        when contribution.insutype_code = '310' and rule.person_rate_ratio is null then 'person_contribution_rate'
                        when contribution.base_yuan is null then 'base_unknown'
                        when contribution.end_month >= rule.to_month then 'rule_change_within'
                        when contribution.end_month < contribution.due_month then 'months_unknown'
                    end
            when contribution.insutype_code = '330' and rule.large_premium_yuan is null then 'large_premium_yuan'
            when contribution.insutype_code = '390' and rule.resident_premium_yuan is null then 'resident_premium_yuan'
            when contribution.insutype_code = '390' and rule.resident_subsidy_yuan is null then 'resident_subsidy_yuan'
        end as missing_code
    from contribution
    left join {{ ref('contribution_kind') }} as kind
        on contribution.contribution_type_code = kind.contribution_type_code
    -- A yearly premium is that of the standard on the first day of the year; one range of months holds a month.
    left join {{ ref('benefits__dim_contribution_rule') }} as rule
        on
            contribution.area_code = rule.area_code
            and contribution.rule_month >= rule.from_month
            and contribution.rule_month < rule.to_month
),

judged as (
    select
        ruled.*,
        case
            when outside_code is not null then 'outside_rules'
            when missing_code is not null then 'not_replayable'
            else 'replayed'
        end as status_code,
        coalesce(outside_code, missing_code) as reason_code,
        insutype_code = '330' and large_premium_yuan is not null and (large_unit_yuan is null or large_person_yuan is null)
            as is_undivided,
        -- A part of a year is paid in full or by month (B03).
        insutype_code = '330' and month_count between 1 and 11 and employer_yuan + person_yuan <> large_premium_yuan
            as is_by_month
    from ruled
),

due as (
    select
        judged.*,
        case
            when insutype_code in ('310', '320') then month_count * round(due_base_yuan * due_employer_ratio, 2)
            when insutype_code = '330' and not is_undivided
                then case when is_by_month then round(large_unit_yuan * month_count / 12, 2) else large_unit_yuan end
            else 0
        end as due_employer_yuan,
        case
            when insutype_code in ('310', '320')
                then month_count * (
                    round(due_base_yuan * due_person_ratio, 2)
                    + case when is_flexible then round(due_base_yuan * unit_rate_ratio, 2) else 0 end
                )
            when insutype_code = '330' and not is_undivided
                then case when is_by_month then round(large_person_yuan * month_count / 12, 2) else large_person_yuan end
            when insutype_code = '390' then resident_premium_yuan
            else 0
        end as due_person_yuan,
        case when insutype_code = '310' then month_count * round(due_base_yuan * due_credit_ratio, 2) end as due_credit_yuan,
        case when is_undivided then large_premium_yuan end as due_undivided_yuan,
        -- the same with the base that the row says
        month_count * round(base_yuan * due_employer_ratio, 2) as based_employer_yuan,
        month_count * (
            round(person_base_yuan * due_person_ratio, 2)
            + case when is_flexible then round(person_base_yuan * unit_rate_ratio, 2) else 0 end
        ) as based_person_yuan,
        month_count * round(person_base_yuan * due_credit_ratio, 2) as based_credit_yuan,
        due_person_ratio + case when is_flexible then unit_rate_ratio else 0 end as due_person_total_ratio
    from judged
),

rated as (
    -- and with the base and the rate that it says; a row without rates has no difference by rate
    select
        due.*,
        coalesce(employer_rate_value, due_employer_ratio) <> due_employer_ratio
        or coalesce(person_rate_value, due_person_total_ratio) <> due_person_total_ratio as is_other_rate,
        case
            when employer_rate_value is null or employer_rate_value = due_employer_ratio then based_employer_yuan
            else month_count * round(base_yuan * cast(employer_rate_value as decimal(9, 6)), 2)
        end as rated_employer_yuan,
        case
            when person_rate_value is null or person_rate_value = due_person_total_ratio then based_person_yuan
            else month_count * round(person_base_yuan * cast(person_rate_value as decimal(9, 6)), 2)
        end as rated_person_yuan
    from due
)

select
    contribution_id,
    person_key,
    area_code,
    county_code,
    insutype_code,
    contribution_type_code,
    event_month,
    due_month,
    end_month,
    settle_code,
    status_code,
    reason_code,
    case
        when status_code <> 'replayed' then status_code
        when insutype_code = '310' and due_credit_ratio is null then 'not_replayable'
        else 'replayed'
    end as credit_status_code,
    is_flexible,
    month_count,
    wage_yuan,
    base_yuan,
    due_base_yuan,
    employer_rate_value,
    person_rate_value,
    due_employer_ratio,
    due_person_total_ratio as due_person_ratio,
    due_credit_ratio,
    -- The unit's rate as the row says it, also where a flexible worker pays it: what most rows of an area say is its rate.
    case
        when insutype_code <> '310' or outside_code is not null then null
        when is_flexible then cast(person_rate_value - due_person_ratio as decimal(12, 6))
        else cast(employer_rate_value as decimal(12, 6))
    end as declared_unit_ratio,
    case when is_undivided and outside_code is null then 0 else employer_yuan end as employer_yuan,
    case when is_undivided and outside_code is null then 0 else person_yuan end as person_yuan,
    {{ yuan('credit_yuan') }} as credit_yuan,
    coalesce(subsidy_yuan, 0) as subsidy_yuan,
    other_yuan,
    case when is_undivided and outside_code is null then employer_yuan + person_yuan else 0 end as undivided_yuan,
    is_undivided and outside_code is null as is_undivided,
    {% for part in ['employer', 'person', 'undivided'] %}
    case when status_code = 'replayed' then {{ yuan('coalesce(due_' ~ part ~ '_yuan, 0)') }} end as due_{{ part }}_yuan,
    {% endfor %}
    case when status_code = 'replayed' then {{ yuan('due_credit_yuan') }} end as due_credit_yuan,
    -- A row that names no subsidy is not judged by it.
    case when status_code = 'replayed' and insutype_code = '390' and subsidy_yuan is not null then resident_subsidy_yuan end
        as due_subsidy_yuan,
    {% for part in ['employer', 'person', 'credit'] %}
    case
        when status_code = 'replayed' and insutype_code in ('310', '320')
            then {{ yuan('based_' ~ part ~ '_yuan - due_' ~ part ~ '_yuan') }}
    end as {{ part }}_base_difference_yuan,
    {% endfor %}
    {% for part in ['employer', 'person'] %}
    case
        when status_code = 'replayed' and insutype_code in ('310', '320')
            then {{ yuan('rated_' ~ part ~ '_yuan - based_' ~ part ~ '_yuan') }}
    end as {{ part }}_rate_difference_yuan,
    {% endfor %}
    coalesce(
        status_code = 'replayed' and insutype_code in ('310', '320')
        and (base_yuan <> due_base_yuan or person_base_yuan <> due_base_yuan), false
    ) as is_base_wrong,
    coalesce(status_code = 'replayed' and insutype_code in ('310', '320') and is_other_rate, false) as is_rate_wrong,
    coalesce(
        status_code = 'replayed' and insutype_code = '310' and credit_yuan <> based_credit_yuan, false
    ) as is_credit_wrong,
    coalesce(
        status_code = 'replayed'
        and (
            insutype_code in ('310', '320')
            and (employer_yuan <> rated_employer_yuan or person_yuan <> rated_person_yuan)
            or insutype_code in ('330', '390') and not is_undivided
            and (employer_yuan <> due_employer_yuan or person_yuan <> due_person_yuan)
            or is_undivided and employer_yuan + person_yuan <> due_undivided_yuan
            or insutype_code = '390' and subsidy_yuan <> resident_subsidy_yuan
        ), false
    ) as is_amount_wrong,
    total_yuan,
    delivery_no,
    file_no,
    row_number
from rated
