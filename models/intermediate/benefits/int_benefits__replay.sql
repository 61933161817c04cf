{{ config(materialized='view') }}
-- benefits.fct_benefit_replay: one row per settlement and fund, paid beside what the rules say. Every settlement has the
-- row of its pooled fund; the other funds have one where either side is not zero. cause_code names the first thing that
-- disagrees, judged by what the settlement itself carries.
with settled as (
    select * from {{ ref('int_benefits__settled') }}
),

layer as (
    select
        layer.layer_no,
        layer.layer_code
    from (
        values
        (1, 'pooled'), (2, 'large'), (3, 'civil'), (4, 'critical'), (5, 'assistance'), (6, 'cadre'), (7, 'supplement'),
        (8, 'disabled'), (9, 'other')
    ) as layer (layer_no, layer_code)
),

-- Not one-to-one: one row a fund.
fund_row as (
    select
        settled.*,
        layer.layer_no,
        layer.layer_code,
        case layer.layer_no
            when 1 then coalesce(insutype.fund_code, '999997')
            when 2 then '330100'
            when 3 then '320100'
            when 4 then '390200'
            when 5 then '610100'
            when 6 then 'OFF130'
            when 7 then '370100'
            when 8 then '350100'
            else '999997'
        end as fund_code,
        case layer.layer_no
            when 1 then settled.pooled_pay_yuan
            when 2 then settled.large_claim_pay_yuan
            when 3 then settled.civil_servant_pay_yuan
            when 4 then settled.serious_illness_pay_yuan
            when 5 then settled.assistance_pay_yuan
            -- what the original channel pays stands in no column of a settlement
            when 6 then cast(null as decimal(20, 2))
            when 7 then settled.supplement_pay_yuan
            when 8 then settled.disabled_pay_yuan
            else settled.other_fund_pay_yuan
        end as paid_yuan,
        case
            when settled.status_code <> 'replayed' or layer.layer_no > 6 then cast(null as decimal(20, 2))
            when layer.layer_no = 1 then coalesce(settled.calculated_pooled_yuan, 0)
            when layer.layer_no = 2 then coalesce(settled.calculated_large_yuan, 0)
            when layer.layer_no = 3 then coalesce(settled.calculated_civil_yuan, 0)
            when layer.layer_no = 4 then coalesce(settled.calculated_critical_yuan, 0)
            when layer.layer_no = 5 then coalesce(settled.calculated_assistance_yuan, 0)
            else coalesce(settled.calculated_off_fund_yuan, 0)
        end as expected_yuan
    from settled
    cross join layer
    left join {{ ref('insutype') }} as insutype on settled.insutype_code = insutype.insutype_code
),

stated as (
    select
        fund_row.*,
        cast(paid_yuan - expected_yuan as decimal(20, 2)) as difference_yuan,
        -- the layer whose parameters the amount rests on; none where nothing was worked out
        case
            when status_code <> 'replayed' then cast(null as varchar)
            when path_code = 'cadre' then case when layer_code = 'cadre' then 'cadre' end
            when path_code = 'privileged' then case when layer_no = 3 then 'privileged' end
            else layer_code
        end as text_layer_code
    from fund_row
    where layer_no = 1 or coalesce(paid_yuan, 0) <> 0 or coalesce(expected_yuan, 0) <> 0
)

select
    stated.settlement_id,
    stated.fund_code,
    stated.original_settlement_id,
    stated.person_key,
    stated.area_code,
    stated.county_code,
    stated.institution_code,
    stated.operator_key,
    stated.insutype_code,
    stated.benefit_year_code,
    stated.event_month,
    stated.settled_at,
    stated.service_end_date,
    stated.medical_kind_code,
    stated.place_code,
    stated.hospital_level_code,
    stated.person_group_code,
    stated.is_reversal,
    stated.has_difference,
    case when stated.layer_no > 6 and stated.status_code = 'replayed' then 'outside_rules' else stated.status_code end
        as status_code,
    case when stated.layer_no > 6 and stated.status_code = 'replayed' then 'no_rule' else stated.reason_code end as reason_code,
    case
        when stated.blocked_by_id is not null then reason_text.name_zh || '（' || stated.blocked_by_id || '）'
        else reason_text.name_zh
    end as reason,
    stated.paid_yuan,
    stated.expected_yuan,
    stated.difference_yuan,
    case
        when coalesce(stated.difference_yuan, 0) = 0 then cast(null as varchar)
        when stated.path_code in ('account', 'outside') then 'not_covered'
        when stated.path_code = 'cadre' or (stated.path_code = 'privileged' and stated.layer_no <> 3) then 'population'
        when stated.layer_no = 1
            then case
                when stated.deductible_paid_yuan <> stated.calculated_deductible_yuan then 'deductible'
                when stated.calculated_pooled_limit_yuan <> stated.calculated_pooled_yuan then 'cap'
                when
                    stated.medical_kind_code = 'outpatient'
                    and stated.calculated_wanted_yuan <> stated.calculated_pooled_limit_yuan
                    then 'cap'
                else 'ratio'
            end
        when stated.layer_no = 3 and stated.path_code = 'privileged'
            then case when stated.calculated_civil_wanted_yuan <> stated.expected_yuan then 'cap' else 'ratio' end
        when (stated.layer_no in (2, 3)) <> (stated.scheme_code = 'employee') then 'not_covered'
        when stated.layer_no = 3 and not stated.is_civil_servant then 'population'
        when stated.layer_no = 5 and not stated.is_assisted then 'population'
        when stated.layer_no in (3, 5) and stated.medical_kind_code <> 'inpatient' then 'not_covered'
        when stated.pooled_pay_yuan <> stated.calculated_pooled_yuan then 'layer'
        when stated.layer_no = 2 and (stated.calculated_moved_yuan = 0 or stated.place_code = 'unreferred') then 'not_covered'
        when stated.layer_no = 2
            then case when stated.calculated_large_wanted_yuan <> stated.expected_yuan then 'cap' else 'ratio' end
        when stated.layer_no = 3 and stated.large_claim_pay_yuan <> stated.calculated_large_yuan then 'layer'
        when stated.layer_no = 3
            then case when stated.calculated_civil_wanted_yuan <> stated.expected_yuan then 'cap' else 'ratio' end
        when stated.layer_no = 5 and stated.serious_illness_pay_yuan <> stated.calculated_critical_yuan then 'layer'
        else 'ratio'
    end as cause_code,
    rule_text.parameter_codes,
    rule_text.doc_no,
    rule_text.clause
from stated
left join {{ ref('int_benefits__rule_text') }} as rule_text
    on stated.rule_set_no = rule_text.rule_set_no and stated.text_layer_code = rule_text.layer_code
left join {{ ref('benefit_text') }} as reason_text
    on
        reason_text.text_kind_code = 'reason'
        and reason_text.text_code
        = case when stated.layer_no > 6 and stated.status_code = 'replayed' then 'no_rule' else stated.reason_code end
