-- What a contribution row should say by the rules of its month, beside what it says: the aggregate by month and the rows
-- behind a difference read the same arithmetic.
--   parts   employer, person, credit (of it into the personal account), subsidy, undivided (a premium whose division
--           between unit and person no document states)
-- A difference is what is declared less what is due; its base and rate parts say what it comes from, in that order.
with due as (
    select
        ruled.*,
        case
            when insutype_code in ('310', '320') then month_count * {{ rounded_share('due_base_yuan', 'due_employer_ratio') }}
            when insutype_code = '330' and not is_undivided
                then case when is_by_month then round(large_unit_yuan * month_count / 12, 2) else large_unit_yuan end
            else 0
        end as due_employer_yuan,
        case
            when insutype_code in ('310', '320')
                then month_count * (
                    {{ rounded_share('due_base_yuan', 'due_person_ratio') }}
                    + case when is_flexible then {{ rounded_share('due_base_yuan', 'unit_rate_ratio') }} else 0 end
                )
            when insutype_code = '330' and not is_undivided
                then case when is_by_month then round(large_person_yuan * month_count / 12, 2) else large_person_yuan end
            when insutype_code = '390' then resident_premium_yuan
            else 0
        end as due_person_yuan,
        case when insutype_code = '310' then month_count * {{ rounded_share('due_base_yuan', 'due_credit_ratio') }} end as due_credit_yuan,
        case when is_undivided then large_premium_yuan end as due_undivided_yuan,
        base_yuan = due_base_yuan and person_base_yuan = due_base_yuan as is_due_base,
        due_person_ratio + case when is_flexible then unit_rate_ratio else 0 end as due_person_total_ratio
    from {{ ref('int_benefits__contribution_ruled') }} as ruled
),

based as (
    -- the same with the base that the row says, which for most rows is the one that is due
    select
        due.*,
        case when is_due_base then due_employer_yuan else month_count * {{ rounded_share('base_yuan', 'due_employer_ratio') }} end
            as based_employer_yuan,
        case
            when is_due_base then due_person_yuan
            else month_count * (
                {{ rounded_share('person_base_yuan', 'due_person_ratio') }}
                + case when is_flexible then {{ rounded_share('person_base_yuan', 'unit_rate_ratio') }} else 0 end
            )
        end as based_person_yuan,
        case when is_due_base then due_credit_yuan else month_count * {{ rounded_share('person_base_yuan', 'due_credit_ratio') }} end
            as based_credit_yuan
    from due
),

rated as (
    -- and with the base and the rate that it says; a row without rates has no difference by rate
    select
        based.*,
        coalesce(employer_rate_value, due_employer_ratio) <> due_employer_ratio
        or coalesce(person_rate_value, due_person_total_ratio) <> due_person_total_ratio as is_other_rate,
        case
            when employer_rate_value is null or employer_rate_value = due_employer_ratio then based_employer_yuan
            else month_count * {{ rounded_share('base_yuan', 'cast(employer_rate_value as decimal(9, 6))') }}
        end as rated_employer_yuan,
        case
            when person_rate_value is null or person_rate_value = due_person_total_ratio then based_person_yuan
            else month_count * {{ rounded_share('person_base_yuan', 'cast(person_rate_value as decimal(9, 6))') }}
        end as rated_person_yuan
    from based
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
    coalesce(status_code = 'replayed' and insutype_code = '310' and credit_yuan <> based_credit_yuan, false) as is_credit_wrong,
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
    feed_code,
    delivery_no,
    file_no,
    row_number
from rated
