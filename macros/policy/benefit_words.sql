{# How a step of the replay writes its numbers: yuan with two decimals, a ratio without idle zeros. #}
{% macro said(yuan) -%}
    cast(cast({{ yuan }} as decimal(20, 2)) as varchar)
{%- endmacro %}

{% macro ratio_said(ratio) -%}
    {{ replace_pattern('cast(cast(' ~ ratio ~ ' as decimal(18, 6)) as varchar)', '\\.?0+$') }}
{%- endmacro %}

{#
    Words with {} for each value in order, as one SQL text. A value that ends in _ratio or is a bracket's ratio is written
    as a ratio, one that ends in _text as it is, any other as yuan.
#}
{% macro words_with(words, values) -%}
    {%- set parts = words.split('{}') -%}
    '{{ parts[0] }}'
    {%- for value in values %}
        || {% if value.endswith('_text') %}{{ value }}
        {%- elif value.endswith('_ratio') or value.startswith('ratio_') %}{{ ratio_said(value) }}
        {%- else %}{{ said(value) }}
        {%- endif %}
        || '{{ parts[loop.index] }}'
    {%- endfor %}
{%- endmacro %}

{#
    The steps of the arithmetic in their order.

    when    which settlements have the step
    layer   whose fund it belongs to (none: no fund's)
    words, values, amount   what is written, as the calculator writes it
    slot    the parameter behind it, and the number of the bracket
#}
{% macro benefit_step_list() %}
{%- set replayed = "status_code = 'replayed' and not is_reversal" -%}
{%- set pooled = replayed ~ " and path_code = 'pooled'" -%}
{%- set moved = pooled ~ " and calculated_moved_yuan > 0" -%}
{%- set large = moved ~ " and place_code <> 'unreferred'" -%}
{%- set privileged = replayed ~ " and path_code = 'privileged'" -%}
{%- set steps = [
    {'code': 'status', 'when': "status_code <> 'replayed'", 'words': '没有复算：{}', 'values': ['reason_text'],
        'amount': 'cast(null as decimal(20, 2))'},
    {'code': 'reversal', 'when': "status_code = 'replayed' and is_reversal",
        'words': '冲正原结算 {}，基金支付与年度累计全部退回', 'values': ['original_text'], 'amount': 'taken_yuan'},
    {'code': 'in_scope', 'when': replayed ~ " and path_code in ('pooled', 'privileged', 'account')",
        'words': '范围内费用：总额 {}−自费与超限价 {}−先行自付 {}',
        'values': ['medical_fee_yuan', 'out_of_scope_yuan', 'preself_pay_yuan'], 'amount': 'in_scope_yuan'},
    {'code': 'deductible', 'when': pooled ~ " and medical_kind_code = 'inpatient'", 'layer': 'pooled',
        'words': '住院起付线 {}（当年第 {} 次），本次负担', 'values': ['calculated_deductible_standard_yuan', 'admission_text'],
        'amount': 'calculated_deductible_yuan', 'slot': 'deductible_slot_code'},
    {'code': 'deductible', 'when': pooled ~ " and medical_kind_code <> 'inpatient'", 'layer': 'pooled',
        'words': '年度起付线 {}，此前范围内费用 {}，本次负担', 'values': ['calculated_deductible_standard_yuan', 'used_scope_yuan'],
        'amount': 'calculated_deductible_yuan', 'slot': 'deductible_slot_code'},
] -%}
{%- for number in range(1, bracket_count() + 1) -%}
    {%- do steps.append({
        'code': 'ratio_' ~ number, 'when': pooled ~ ' and cost_' ~ number ~ '_yuan > 0', 'layer': 'pooled',
        'words': '费用段 {}×{}', 'values': ['cost_' ~ number ~ '_yuan', 'ratio_' ~ number],
        'amount': 'round(cost_' ~ number ~ '_yuan * ratio_' ~ number ~ ', 2)', 'slot': 'ratio_slot_code', 'bracket': number,
    }) -%}
{%- endfor -%}
{%- do steps.extend([
    {'code': 'outpatient_cap', 'when': pooled ~ " and medical_kind_code = 'outpatient'", 'layer': 'pooled',
        'words': '普通门诊年度限额 {}，已付 {}，本次至多', 'values': ['outpatient_cap_yuan', 'used_outpatient_yuan'],
        'amount': 'calculated_pooled_limit_yuan', 'slot': "'outpatient_cap'"},
    {'code': 'pooled_cap', 'when': pooled, 'layer': 'pooled', 'words': '统筹年度限额 {}，已付 {}，应付 {}，本次支付',
        'values': ['pooled_cap_yuan', 'used_pooled_yuan', 'calculated_pooled_limit_yuan'],
        'amount': 'calculated_pooled_yuan', 'slot': "'pooled_cap'"},
    {'code': 'moved', 'when': moved, 'layer': 'pooled', 'words': '统筹限额外未付 {}，按支付比例还原为费用',
        'values': ['unpaid_yuan'], 'amount': 'calculated_moved_yuan', 'slot': "'pooled_cap'"},
    {'code': 'large_plain', 'when': moved ~ " and place_code = 'unreferred'", 'layer': 'large',
        'words': '未经转诊在外就医，大额费用 {} 没有支付规定', 'values': ['calculated_moved_yuan'],
        'amount': 'calculated_large_yuan', 'slot': "'large_ratio'"},
    {'code': 'large_plain', 'when': large, 'layer': 'large', 'words': '大额普通费用 {}×{}',
        'values': ['moved_plain_yuan', 'large_ratio'], 'amount': 'round(moved_plain_yuan * large_ratio, 2)',
        'slot': "'large_ratio'"},
    {'code': 'large_partial', 'when': large ~ ' and calculated_moved_partial_yuan > 0', 'layer': 'large',
        'words': '乙类与部分支付项目费用 {}（含先行自付）×{}',
        'values': ['calculated_moved_partial_whole_yuan', 'large_partial_ratio'],
        'amount': 'round(calculated_moved_partial_whole_yuan * large_partial_ratio, 2)', 'slot': "'large_partial_ratio'"},
    {'code': 'large_cap', 'when': large, 'layer': 'large', 'words': '大额年度限额 {}，已付 {}，应付 {}，本次支付',
        'values': ['large_cap_yuan', 'used_large_yuan', 'calculated_large_wanted_yuan'],
        'amount': 'calculated_large_yuan', 'slot': "'large_cap'"},
    {'code': 'civil', 'when': replayed ~ ' and has_civil', 'layer': 'civil', 'words': '范围内自付 {}×{}',
        'values': ['left_after_large_yuan', 'civil_ratio'], 'amount': 'calculated_civil_wanted_yuan', 'slot': "'civil_ratio'"},
    {'code': 'privileged_deductible', 'when': privileged, 'layer': 'civil',
        'words': '年度起付线 {}，此前门诊费用 {}，本次 {}，起付线以上',
        'values': ['privileged_deductible_yuan', 'used_privileged_scope_yuan', 'in_scope_yuan'],
        'amount': 'privileged_above_yuan', 'slot': "'privileged_deductible'"},
    {'code': 'privileged', 'when': privileged, 'layer': 'civil', 'words': '起付线以上 {}×{}',
        'values': ['privileged_above_yuan', 'privileged_ratio'], 'amount': 'calculated_civil_wanted_yuan',
        'slot': "'privileged_ratio'"},
    {'code': 'privileged_cap', 'when': privileged, 'layer': 'civil', 'words': '门诊年度最高 {}，已付 {}，本次支付',
        'values': ['privileged_cap_yuan', 'used_privileged_yuan'], 'amount': 'privileged_within_yuan',
        'slot': "'privileged_cap'"},
    {'code': 'civil_cap', 'when': replayed ~ ' and (has_civil or has_civil_cap_inside)', 'layer': 'civil',
        'words': '公务员补助年度限额 {}，已付 {}，应付 {}，本次支付',
        'values': ['civil_cap_yuan', 'counted_civil_yuan', 'civil_asked_yuan'], 'amount': 'calculated_civil_yuan',
        'slot': "'civil_cap'"},
    {'code': 'critical', 'when': replayed ~ ' and has_critical', 'layer': 'critical',
        'words': '大病起付线 {}，此前自付 {}，本次自付 {}，超过部分 {}×{}',
        'values': ['critical_line_yuan', 'used_critical_scope_yuan', 'burden_yuan', 'critical_above_yuan', 'critical_ratio'],
        'amount': 'calculated_critical_yuan', 'slot': "'critical_line'"},
    {'code': 'assistance', 'when': replayed ~ ' and has_assistance', 'layer': 'assistance',
        'words': '范围内自付 {}×{}，年度最高 {}，已付 {}，本次支付',
        'values': ['left_after_critical_yuan', 'assistance_ratio', 'assistance_cap_yuan', 'used_assistance_yuan'],
        'amount': 'calculated_assistance_yuan', 'slot': "'assistance_ratio'"},
    {'code': 'cadre', 'when': replayed ~ " and path_code = 'cadre'", 'layer': 'cadre', 'words': '省级干部医药费 {}×{}，原渠道',
        'values': ['medical_fee_yuan', 'cadre_ratio'], 'amount': 'calculated_off_fund_yuan', 'slot': "'cadre_ratio'"},
]) -%}
{{ return(steps) }}
{% endmacro %}
