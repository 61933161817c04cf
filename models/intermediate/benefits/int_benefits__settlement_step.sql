{{ config(materialized='view') }}
{%- set steps = benefit_step_list() %}
{%- set ratio_slots = ('ratio_1', 'ratio_2', 'ratio_3', 'ratio_4') %}
-- over 150 lines: the numbers that the words need, each with its name
-- benefits.fct_benefit_step: one row per settlement and step in the order of the arithmetic, in words with numbers, with
-- document and clause (算给我看). Made to be asked for one settlement: what the year had before it is summed on the way.
{%- set layer_fund = {
    'large': '330100', 'civil': '320100', 'critical': '390200', 'assistance': '610100', 'cadre': 'OFF130',
} %}
with before as (
    select
        settled.settlement_id,
        {%- for kind in ('outpatient', 'chronic') %}
        sum(case when earlier.path_code = 'pooled' and earlier.medical_kind_code = '{{ kind }}' then earlier.in_scope_yuan else 0 end)
            as {{ kind }}_scope_yuan,
        {%- endfor %}
        sum(
            case
                when earlier.path_code <> 'pooled' or earlier.medical_kind_code <> 'inpatient' then 0
                when earlier.is_reversal then -1
                else 1
            end
        ) as admission_count,
        sum(case when earlier.path_code = 'privileged' then earlier.in_scope_yuan else 0 end) as privileged_scope_yuan,
        sum(
            case
                when earlier.path_code = 'pooled' and earlier.scheme_code = 'resident' and earlier.medical_kind_code <> 'outpatient'
                    then earlier.in_scope_yuan - earlier.calculated_pooled_yuan
                else 0
            end
        ) as critical_scope_yuan,
        sum(case when earlier.medical_kind_code = 'outpatient' then earlier.calculated_pooled_yuan else 0 end) as outpatient_yuan,
        sum(case when earlier.path_code = 'privileged' then earlier.calculated_civil_yuan else 0 end) as privileged_yuan,
        {%- for name in ('pooled', 'large', 'civil', 'critical', 'assistance') %}
        sum(coalesce(earlier.calculated_{{ name }}_yuan, 0)) as {{ name }}_yuan{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_benefits__settled') }} as settled
    -- Not one-to-one: every settlement of the person's year before this one.
    inner join {{ ref('int_benefits__settled') }} as earlier
        on
            settled.person_key = earlier.person_key
            and settled.area_code = earlier.area_code
            and settled.scheme_code = earlier.scheme_code
            and settled.benefit_year_code = earlier.benefit_year_code
            and earlier.status_code = 'replayed'
            and (
                earlier.settled_at < settled.settled_at
                or (earlier.settled_at = settled.settled_at and earlier.settlement_id < settled.settlement_id)
            )
    group by settled.settlement_id
),

known as (
    select
        settled.*,
        coalesce(before.admission_count, 0) as used_admission_count,
        {%- for name in (
            'outpatient_scope', 'chronic_scope', 'privileged_scope', 'critical_scope', 'outpatient', 'privileged', 'pooled',
            'large', 'civil', 'critical', 'assistance',
        ) %}
        coalesce(before.{{ name }}_yuan, 0) as used_{{ name }}_yuan,
        {%- endfor %}
        settled.in_scope_yuan - settled.calculated_deductible_yuan as eligible_yuan,
        {%- for slot in (
            'outpatient_cap', 'pooled_cap', 'large_cap', 'civil_cap', 'privileged_deductible', 'privileged_cap', 'critical_line',
            'assistance_cap',
        ) %}
        {{ yuan_of_fen('rule.' ~ slot) }} as {{ slot }}_yuan,
        {%- endfor %}
        {%- for number in range(1, bracket_count() + 1) %}
        {{ yuan_of_fen('rule.lower_' ~ number) }} as lower_{{ number }}_yuan,
        {{ yuan_of_fen('rule.upper_' ~ number) }} as upper_{{ number }}_yuan,
        {%- endfor %}
        {%- for slot in (
            'large_ratio', 'large_partial_ratio', 'civil_ratio', 'privileged_ratio', 'critical_ratio', 'assistance_ratio',
            'cadre_ratio',
        ) + ratio_slots %}
        rule.{{ slot }} * cast(0.000001 as decimal(7, 6)) as {{ slot }},
        {%- endfor %}
        rule.privileged_inside,
        reason_text.name_zh as reason_name
    from {{ ref('int_benefits__settled') }} as settled
    left join before on settled.settlement_id = before.settlement_id
    left join {{ ref('int_benefits__rule_set') }} as rule on settled.rule_set_no = rule.rule_set_no
    left join {{ ref('benefit_text') }} as reason_text
        on reason_text.text_kind_code = 'reason' and settled.reason_code = reason_text.text_code
),

costed as (
    select
        known.*,
        {%- for number in range(1, bracket_count() + 1) %}
        coalesce(
            greatest(
                least(eligible_yuan, coalesce(upper_{{ number }}_yuan, eligible_yuan)) - lower_{{ number }}_yuan,
                0 * lower_{{ number }}_yuan
            ),
            0
        ) as cost_{{ number }}_yuan,
        {%- endfor %}
        {{ room('used_privileged_scope_yuan + in_scope_yuan', 'privileged_deductible_yuan') }}
        - {{ room('used_privileged_scope_yuan', 'privileged_deductible_yuan') }} as privileged_above_yuan,
        {{ room('used_critical_scope_yuan + in_scope_yuan - calculated_pooled_yuan', 'critical_line_yuan') }}
        - {{ room('used_critical_scope_yuan', 'critical_line_yuan') }} as critical_above_yuan,
        calculated_moved_yuan - calculated_moved_partial_yuan as moved_plain_yuan,
        medical_fee_yuan - preself_pay_yuan - in_scope_yuan as out_of_scope_yuan,
        calculated_pooled_limit_yuan - calculated_pooled_yuan as unpaid_yuan,
        in_scope_yuan - calculated_pooled_yuan as burden_yuan,
        in_scope_yuan - calculated_pooled_yuan - calculated_large_yuan as left_after_large_yuan,
        in_scope_yuan - calculated_pooled_yuan - calculated_critical_yuan as left_after_critical_yuan,
        calculated_pooled_yuan + calculated_large_yuan + calculated_civil_yuan + calculated_critical_yuan
        + calculated_assistance_yuan as taken_yuan,
        case when medical_kind_code = 'outpatient' then used_outpatient_scope_yuan else used_chronic_scope_yuan end
            as used_scope_yuan,
        {{ room('privileged_cap_yuan', 'used_privileged_yuan') }} as privileged_room_yuan,
        original_settlement_id as original_text,
        coalesce(reason_name, '') as reason_text,
        cast(cast(used_admission_count + 1 as integer) as varchar) as admission_text,
        case
            when medical_kind_code <> 'inpatient' then 'deductible_year'
            when used_admission_count = 0 then 'deductible_first'
            when used_admission_count = 1 then 'deductible_second'
            else 'deductible_later'
        end as deductible_slot_code,
        case when scheme_code = 'resident' and medical_kind_code <> 'inpatient' then 'flat_ratio' else 'ratio' end as ratio_slot_code,
        used_civil_yuan - case when coalesce(privileged_inside, 0) = 1 then 0 else used_privileged_yuan end as counted_civil_yuan,
        path_code = 'pooled' and scheme_code = 'employee' and is_civil_servant and medical_kind_code = 'inpatient' as has_civil,
        path_code = 'pooled' and scheme_code = 'resident' and medical_kind_code <> 'outpatient' as has_critical,
        path_code = 'pooled' and scheme_code = 'resident' and medical_kind_code = 'inpatient' and is_assisted as has_assistance,
        path_code = 'privileged' and coalesce(privileged_inside, 0) = 1 as has_civil_cap_inside
    from known
),

asked as (
    select
        costed.*,
        least(calculated_civil_wanted_yuan, privileged_room_yuan) as privileged_within_yuan,
        case
            when path_code = 'privileged' then least(calculated_civil_wanted_yuan, privileged_room_yuan)
            else calculated_civil_wanted_yuan
        end as civil_asked_yuan
    from costed
),

-- Not one-to-one: every settlement with every step.
paired as (
    select
        asked.*,
        step.step_no
    from asked
    cross join (
        values
        {%- for step in steps %}
        ({{ loop.index }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as step (step_no)
),

worded as (
    select
        settlement_id,
        step_no,
        rule_set_no,
        case step_no
            {%- for step in steps %}
            when {{ loop.index }} then '{{ step.code }}'
            {%- endfor %}
        end as step_code,
        case step_no
            {%- for step in steps if step.layer is defined %}
            when {{ steps.index(step) + 1 }}
                then {% if step.layer == 'pooled' %}case when scheme_code = 'resident' then '390100' else '310100' end
                {%- else %}'{{ layer_fund[step.layer] }}'
                {%- endif %}
            {%- endfor %}
        end as fund_code,
        case step_no
            {%- for step in steps %}
            when {{ loop.index }}
                then {{ words_with(step['words'], step['values']) }}
            {%- endfor %}
        end as words,
        cast(case step_no
            {%- for step in steps %}
            when {{ loop.index }} then {{ step.amount }}
            {%- endfor %}
        end as decimal(20, 2)) as amount_yuan,
        case step_no
            {%- for step in steps if step.slot is defined %}
            when {{ steps.index(step) + 1 }} then {{ step.slot }}
            {%- endfor %}
        end as slot_code,
        case step_no
            {%- for step in steps if step.bracket is defined %}
            when {{ steps.index(step) + 1 }} then {{ step.bracket }}
            {%- endfor %}
            else 1
        end as bracket_no
    from paired
    where
        case step_no
            {%- for step in steps %}
            when {{ loop.index }} then {{ step.when }}
            {%- endfor %}
        end
)

select
    worded.settlement_id,
    worded.step_no,
    worded.step_code,
    worded.fund_code,
    worded.words || case when worded.amount_yuan is null then '' else '＝' || {{ said('worded.amount_yuan') }} end as step_text,
    worded.amount_yuan,
    rule_value.doc_no,
    rule_value.clause,
    rule_value.parameter_code as parameter_codes
from worded
left join {{ ref('int_benefits__rule_value') }} as rule_value
    on
        worded.rule_set_no = rule_value.rule_set_no
        and worded.slot_code = rule_value.slot_code
        and worded.bracket_no = rule_value.bracket_no
