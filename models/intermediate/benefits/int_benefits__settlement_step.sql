{{ config(materialized='view') }}
{%- set ratio_slots = ('ratio_1', 'ratio_2', 'ratio_3', 'ratio_4') %}
-- over 150 lines: one branch a step of the arithmetic, each with its words
-- benefits.fct_benefit_step: one row per settlement and step in the order of the arithmetic, in words with numbers, with
-- document and clause (算给我看). Made to be asked for one settlement: what the year had before it is summed on the way.
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
        rule.privileged_inside
    from {{ ref('int_benefits__settled') }} as settled
    left join before on settled.settlement_id = before.settlement_id
    left join {{ ref('int_benefits__rule_set') }} as rule on settled.rule_set_no = rule.rule_set_no
),

costed as (
    select
        known.*,
        {%- for number in range(1, bracket_count() + 1) %}
        coalesce(
            greatest(least(eligible_yuan, coalesce(upper_{{ number }}_yuan, eligible_yuan)) - lower_{{ number }}_yuan, 0 * lower_{{ number }}_yuan), 0
        ) as cost_{{ number }}_yuan,
        {%- endfor %}
        {{ room('used_privileged_scope_yuan + in_scope_yuan', 'privileged_deductible_yuan') }}
        - {{ room('used_privileged_scope_yuan', 'privileged_deductible_yuan') }} as privileged_above_yuan,
        {{ room('used_critical_scope_yuan + in_scope_yuan - calculated_pooled_yuan', 'critical_line_yuan') }}
        - {{ room('used_critical_scope_yuan', 'critical_line_yuan') }} as critical_above_yuan,
        calculated_moved_yuan - calculated_moved_partial_yuan as moved_plain_yuan,
        used_civil_yuan - case when coalesce(privileged_inside, 0) = 1 then 0 else used_privileged_yuan end as counted_civil_yuan,
        path_code = 'pooled' and scheme_code = 'employee' and is_civil_servant and medical_kind_code = 'inpatient' as has_civil,
        path_code = 'pooled' and scheme_code = 'resident' and medical_kind_code <> 'outpatient' as has_critical,
        path_code = 'pooled' and scheme_code = 'resident' and medical_kind_code = 'inpatient' and is_assisted as has_assistance,
        path_code = 'privileged' and coalesce(privileged_inside, 0) = 1 as has_civil_cap_inside
    from known
),

-- Not one-to-one: one row a step that this settlement has.
stepped as (
    select
        costed.*,
        step.step_no,
        step.step_code,
        reason_text.name_zh as reason_name
    from costed
    cross join (
        values
        (1, 'status'),
        (2, 'reversal'),
        (3, 'in_scope'),
        (4, 'deductible'),
        (5, 'ratio_1'),
        (6, 'ratio_2'),
        (7, 'ratio_3'),
        (8, 'ratio_4'),
        (9, 'outpatient_cap'),
        (10, 'pooled_cap'),
        (11, 'moved'),
        (12, 'large_plain'),
        (13, 'large_partial'),
        (14, 'large_cap'),
        (15, 'civil'),
        (16, 'privileged_deductible'),
        (17, 'privileged'),
        (18, 'privileged_cap'),
        (19, 'civil_cap'),
        (20, 'critical'),
        (21, 'assistance'),
        (22, 'cadre')
    ) as step (step_no, step_code)
    left join {{ ref('benefit_text') }} as reason_text
        on reason_text.text_kind_code = 'reason' and costed.reason_code = reason_text.text_code
    where
        case step.step_code
            when 'status' then status_code <> 'replayed'
            when 'reversal' then status_code = 'replayed' and is_reversal
            when 'in_scope' then status_code = 'replayed' and not is_reversal and path_code in ('pooled', 'privileged', 'account')
            when 'deductible' then status_code = 'replayed' and not is_reversal and path_code = 'pooled'
            when 'ratio_1' then status_code = 'replayed' and not is_reversal and path_code = 'pooled' and cost_1_yuan > 0
            when 'ratio_2' then status_code = 'replayed' and not is_reversal and path_code = 'pooled' and cost_2_yuan > 0
            when 'ratio_3' then status_code = 'replayed' and not is_reversal and path_code = 'pooled' and cost_3_yuan > 0
            when 'ratio_4' then status_code = 'replayed' and not is_reversal and path_code = 'pooled' and cost_4_yuan > 0
            when 'outpatient_cap' then status_code = 'replayed' and not is_reversal and path_code = 'pooled' and medical_kind_code = 'outpatient'
            when 'pooled_cap' then status_code = 'replayed' and not is_reversal and path_code = 'pooled'
            when 'moved' then status_code = 'replayed' and not is_reversal and path_code = 'pooled' and calculated_moved_yuan > 0
            when 'large_plain' then status_code = 'replayed' and not is_reversal and path_code = 'pooled' and calculated_moved_yuan > 0
            when 'large_partial' then status_code = 'replayed' and not is_reversal and path_code = 'pooled' and calculated_moved_yuan > 0 and calculated_moved_partial_yuan > 0 and place_code <> 'unreferred'
            when 'large_cap' then status_code = 'replayed' and not is_reversal and path_code = 'pooled' and calculated_moved_yuan > 0 and place_code <> 'unreferred'
            when 'civil' then status_code = 'replayed' and not is_reversal and has_civil
            when 'privileged_deductible' then status_code = 'replayed' and not is_reversal and path_code = 'privileged'
            when 'privileged' then status_code = 'replayed' and not is_reversal and path_code = 'privileged'
            when 'privileged_cap' then status_code = 'replayed' and not is_reversal and path_code = 'privileged'
            when 'civil_cap' then status_code = 'replayed' and not is_reversal and (has_civil or has_civil_cap_inside)
            when 'critical' then status_code = 'replayed' and not is_reversal and has_critical
            when 'assistance' then status_code = 'replayed' and not is_reversal and has_assistance
            when 'cadre' then status_code = 'replayed' and not is_reversal and path_code = 'cadre'
        end
),

worded as (
    select
        settlement_id,
        step_no,
        step_code,
        rule_set_no,
        case step_code
            when 'deductible' then case when scheme_code = 'resident' then '390100' else '310100' end
            when 'ratio_1' then case when scheme_code = 'resident' then '390100' else '310100' end
            when 'ratio_2' then case when scheme_code = 'resident' then '390100' else '310100' end
            when 'ratio_3' then case when scheme_code = 'resident' then '390100' else '310100' end
            when 'ratio_4' then case when scheme_code = 'resident' then '390100' else '310100' end
            when 'outpatient_cap' then case when scheme_code = 'resident' then '390100' else '310100' end
            when 'pooled_cap' then case when scheme_code = 'resident' then '390100' else '310100' end
            when 'moved' then case when scheme_code = 'resident' then '390100' else '310100' end
            when 'large_plain' then '330100'
            when 'large_partial' then '330100'
            when 'large_cap' then '330100'
            when 'civil' then '320100'
            when 'privileged_deductible' then '320100'
            when 'privileged' then '320100'
            when 'privileged_cap' then '320100'
            when 'civil_cap' then '320100'
            when 'critical' then '390200'
            when 'assistance' then '610100'
            when 'cadre' then 'OFF130'
        end as fund_code,
        case step_code
            when 'status'
                then '没有复算：' || coalesce(reason_name, '')
            when 'reversal'
                then '冲正原结算 ' || original_settlement_id || '，基金支付与年度累计全部退回'
            when 'in_scope'
                then '范围内费用：总额 ' || {{ said('medical_fee_yuan') }} || '−自费与超限价 ' || {{ said('medical_fee_yuan - preself_pay_yuan - in_scope_yuan') }} || '−先行自付 ' || {{ said('preself_pay_yuan') }}
            when 'deductible'
                then case when medical_kind_code = 'inpatient' then '住院起付线 ' || {{ said('calculated_deductible_standard_yuan') }} || '（当年第 ' || cast(cast(used_admission_count + 1 as integer) as varchar) || ' 次），本次负担' else '年度起付线 ' || {{ said('calculated_deductible_standard_yuan') }} || '，此前范围内费用 ' || {{ said("case when medical_kind_code = 'outpatient' then used_outpatient_scope_yuan else used_chronic_scope_yuan end") }} || '，本次负担' end
            when 'ratio_1'
                then '费用段 ' || {{ said('cost_1_yuan') }} || '×' || {{ ratio_said('ratio_1') }}
            when 'ratio_2'
                then '费用段 ' || {{ said('cost_2_yuan') }} || '×' || {{ ratio_said('ratio_2') }}
            when 'ratio_3'
                then '费用段 ' || {{ said('cost_3_yuan') }} || '×' || {{ ratio_said('ratio_3') }}
            when 'ratio_4'
                then '费用段 ' || {{ said('cost_4_yuan') }} || '×' || {{ ratio_said('ratio_4') }}
            when 'outpatient_cap'
                then '普通门诊年度限额 ' || {{ said('outpatient_cap_yuan') }} || '，已付 ' || {{ said('used_outpatient_yuan') }} || '，本次至多'
            when 'pooled_cap'
                then '统筹年度限额 ' || {{ said('pooled_cap_yuan') }} || '，已付 ' || {{ said('used_pooled_yuan') }} || '，应付 ' || {{ said('calculated_pooled_limit_yuan') }} || '，本次支付'
            when 'moved'
                then '统筹限额外未付 ' || {{ said('calculated_pooled_limit_yuan - calculated_pooled_yuan') }} || '，按支付比例还原为费用'
            when 'large_plain'
                then case when place_code = 'unreferred' then '未经转诊在外就医，大额费用 ' || {{ said('calculated_moved_yuan') }} || ' 没有支付规定' else '大额普通费用 ' || {{ said('moved_plain_yuan') }} || '×' || {{ ratio_said('large_ratio') }} end
            when 'large_partial'
                then '乙类与部分支付项目费用 ' || {{ said('calculated_moved_partial_whole_yuan') }} || '（含先行自付）×' || {{ ratio_said('large_partial_ratio') }}
            when 'large_cap'
                then '大额年度限额 ' || {{ said('large_cap_yuan') }} || '，已付 ' || {{ said('used_large_yuan') }} || '，应付 ' || {{ said('calculated_large_wanted_yuan') }} || '，本次支付'
            when 'civil'
                then '范围内自付 ' || {{ said('in_scope_yuan - calculated_pooled_yuan - calculated_large_yuan') }} || '×' || {{ ratio_said('civil_ratio') }}
            when 'privileged_deductible'
                then '年度起付线 ' || {{ said('privileged_deductible_yuan') }} || '，此前门诊费用 ' || {{ said('used_privileged_scope_yuan') }} || '，本次 ' || {{ said('in_scope_yuan') }} || '，起付线以上'
            when 'privileged'
                then '起付线以上 ' || {{ said('privileged_above_yuan') }} || '×' || {{ ratio_said('privileged_ratio') }}
            when 'privileged_cap'
                then '门诊年度最高 ' || {{ said('privileged_cap_yuan') }} || '，已付 ' || {{ said('used_privileged_yuan') }} || '，本次支付'
            when 'civil_cap'
                then '公务员补助年度限额 ' || {{ said('civil_cap_yuan') }} || '，已付 ' || {{ said('counted_civil_yuan') }} || '，应付 ' || {{ said("case when path_code = 'privileged' then least(calculated_civil_wanted_yuan, greatest(privileged_cap_yuan - used_privileged_yuan, 0)) else calculated_civil_wanted_yuan end") }} || '，本次支付'
            when 'critical'
                then '大病起付线 ' || {{ said('critical_line_yuan') }} || '，此前自付 ' || {{ said('used_critical_scope_yuan') }} || '，本次自付 ' || {{ said('in_scope_yuan - calculated_pooled_yuan') }} || '，超过部分 ' || {{ said('critical_above_yuan') }} || '×' || {{ ratio_said('critical_ratio') }}
            when 'assistance'
                then '范围内自付 ' || {{ said('in_scope_yuan - calculated_pooled_yuan - calculated_critical_yuan') }} || '×' || {{ ratio_said('assistance_ratio') }} || '，年度最高 ' || {{ said('assistance_cap_yuan') }} || '，已付 ' || {{ said('used_assistance_yuan') }} || '，本次支付'
            when 'cadre'
                then '省级干部医药费 ' || {{ said('medical_fee_yuan') }} || '×' || {{ ratio_said('cadre_ratio') }} || '，原渠道'
        end as words,
        cast(case step_code
            when 'status' then cast(null as decimal(20, 2))
            when 'reversal' then calculated_pooled_yuan + calculated_large_yuan + calculated_civil_yuan + calculated_critical_yuan + calculated_assistance_yuan
            when 'in_scope' then in_scope_yuan
            when 'deductible' then calculated_deductible_yuan
            when 'ratio_1' then round(cost_1_yuan * ratio_1, 2)
            when 'ratio_2' then round(cost_2_yuan * ratio_2, 2)
            when 'ratio_3' then round(cost_3_yuan * ratio_3, 2)
            when 'ratio_4' then round(cost_4_yuan * ratio_4, 2)
            when 'outpatient_cap' then calculated_pooled_limit_yuan
            when 'pooled_cap' then calculated_pooled_yuan
            when 'moved' then calculated_moved_yuan
            when 'large_plain' then case when place_code = 'unreferred' then 0 else round(moved_plain_yuan * large_ratio, 2) end
            when 'large_partial' then round(calculated_moved_partial_whole_yuan * large_partial_ratio, 2)
            when 'large_cap' then calculated_large_yuan
            when 'civil' then calculated_civil_wanted_yuan
            when 'privileged_deductible' then privileged_above_yuan
            when 'privileged' then calculated_civil_wanted_yuan
            when 'privileged_cap' then least(calculated_civil_wanted_yuan, greatest(privileged_cap_yuan - used_privileged_yuan, 0))
            when 'civil_cap' then calculated_civil_yuan
            when 'critical' then calculated_critical_yuan
            when 'assistance' then calculated_assistance_yuan
            when 'cadre' then calculated_off_fund_yuan
        end as decimal(20, 2)) as amount_yuan,
        case
            when step_code = 'deductible' then case when medical_kind_code <> 'inpatient' then 'deductible_year' when used_admission_count = 0 then 'deductible_first' when used_admission_count = 1 then 'deductible_second' else 'deductible_later' end
            when step_code = 'outpatient_cap' then 'outpatient_cap'
            when step_code = 'pooled_cap' then 'pooled_cap'
            when step_code = 'moved' then 'pooled_cap'
            when step_code = 'large_plain' then 'large_ratio'
            when step_code = 'large_partial' then 'large_partial_ratio'
            when step_code = 'large_cap' then 'large_cap'
            when step_code = 'civil' then 'civil_ratio'
            when step_code = 'privileged_deductible' then 'privileged_deductible'
            when step_code = 'privileged' then 'privileged_ratio'
            when step_code = 'privileged_cap' then 'privileged_cap'
            when step_code = 'civil_cap' then 'civil_cap'
            when step_code = 'critical' then 'critical_line'
            when step_code = 'assistance' then 'assistance_ratio'
            when step_code = 'cadre' then 'cadre_ratio'
            when step_code like 'ratio\_%' escape '\' then case when scheme_code = 'resident' and medical_kind_code <> 'inpatient' then 'flat_ratio' else 'ratio' end
        end as slot_code,
        case step_code when 'ratio_2' then 2 when 'ratio_3' then 3 when 'ratio_4' then 4 else 1 end as bracket_no
    from stepped
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
