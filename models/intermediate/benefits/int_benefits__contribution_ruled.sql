{{ config(materialized='ephemeral') }}
-- A contribution row with the rules of its month, and whether it can be replayed by them.
--   status  replayed; not_replayable: no document gives the parameter (reason_code); outside_rules: refunds, write-offs,
--           lump sums, supplements and fixed amounts, for which no clause gives an amount (reason_code)
with ruled as (
    select
        contribution.*,
        case
            when contribution.end_month = contribution.due_month then 1
            else {{ month_number('contribution.end_month') }} - {{ month_number('contribution.due_month') }} + 1
        end as month_count,
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
    from {{ ref('int_benefits__contribution_row') }} as contribution
    left join {{ ref('contribution_kind') }} as kind
        on contribution.contribution_type_code = kind.contribution_type_code
    -- A yearly premium is that of the standard on the first day of the year; one range of months holds a month.
    left join {{ ref('benefits__dim_contribution_rule') }} as rule
        on
            contribution.area_code = rule.area_code
            and contribution.rule_month >= rule.from_month
            and contribution.rule_month < rule.to_month
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
    base_yuan,
    person_base_yuan,
    wage_yuan,
    employer_rate_value,
    person_rate_value,
    employer_yuan,
    person_yuan,
    credit_yuan,
    subsidy_yuan,
    other_yuan,
    total_yuan,
    is_flexible,
    month_count,
    due_base_yuan,
    unit_rate_ratio,
    due_employer_ratio,
    due_person_ratio,
    due_credit_ratio,
    large_premium_yuan,
    large_unit_yuan,
    large_person_yuan,
    resident_premium_yuan,
    resident_subsidy_yuan,
    outside_code,
    feed_code,
    delivery_no,
    file_no,
    row_number,
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
