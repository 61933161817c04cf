{#
    Row checks of settlements: one entry a check, evaluated in one pass by checked_month().

    condition    what is wrong about a row
    denominator  which rows are judged at all
    yuan         what is at stake in a wrong row
    key          what names a wrong row
    Columns are those of core.fct_settlement. Source of the identities: national platform dictionary, section 1.3.
    #valid counts the rows of the settlement view and their fund payments, the base of M10 and of D09; #paid those in which a
    fund paid, the base of E09 and C08.
    An amount identity is judged on valid rows, whatever their sign: a reversal keeps it.
#}
{% macro claim_conditions() %}
{% set valid = "is_valid" %}
{% set own = "coalesce(family_account_pay_yuan, 0)" %}
{{ return([
    {
        'check_id': '#valid', 'denominator': valid, 'key': 'cast(null as varchar)', 'condition': 'true',
        'yuan': 'fund_pay_yuan',
    },
    {
        'check_id': '#paid', 'denominator': 'is_occurrence and fund_pay_yuan > 0', 'key': 'cast(null as varchar)',
        'condition': 'true', 'yuan': 'fund_pay_yuan',
    },
    {
        'check_id': 'I01', 'denominator': valid, 'key': 'settlement_id',
        'condition': "medical_fee_yuan <> own_expense_yuan + over_limit_yuan + preself_pay_yuan + in_scope_yuan",
        'yuan': "medical_fee_yuan - own_expense_yuan - over_limit_yuan - preself_pay_yuan - in_scope_yuan",
    },
    {
        'check_id': 'I02', 'denominator': valid, 'key': 'settlement_id',
        'condition': "fund_pay_yuan <> pooled_pay_yuan + civil_servant_pay_yuan + supplement_pay_yuan"
            ~ " + serious_illness_pay_yuan + large_claim_pay_yuan + disabled_pay_yuan + assistance_pay_yuan"
            ~ " + other_fund_pay_yuan",
        'yuan': "fund_pay_yuan - pooled_pay_yuan - civil_servant_pay_yuan - supplement_pay_yuan"
            ~ " - serious_illness_pay_yuan - large_claim_pay_yuan - disabled_pay_yuan - assistance_pay_yuan"
            ~ " - other_fund_pay_yuan",
    },
    {
        'check_id': 'I03', 'denominator': valid, 'key': 'settlement_id',
        'condition': "medical_fee_yuan <> fund_pay_yuan + person_pay_yuan + coalesce(hospital_borne_yuan, 0)",
        'yuan': "medical_fee_yuan - fund_pay_yuan - person_pay_yuan - coalesce(hospital_borne_yuan, 0)",
    },
    {
        'check_id': 'I04', 'denominator': valid, 'key': 'settlement_id',
        'condition': "abs(person_pay_yuan - account_pay_yuan - cash_pay_yuan) not in (0, abs(" ~ own ~ "))",
        'yuan': "person_pay_yuan - account_pay_yuan - cash_pay_yuan",
    },
    {
        'check_id': 'I09', 'denominator': valid ~ " and fund_pay_yuan >= 0 and in_scope_yuan >= 0", 'key': 'settlement_id',
        'condition': "deductible_paid_yuan > in_scope_yuan or deductible_paid_yuan > deductible_due_yuan"
            ~ " or fund_pay_yuan > in_scope_yuan",
        'yuan': "greatest(fund_pay_yuan - in_scope_yuan, 0)",
    },
    {
        'check_id': 'M08', 'denominator': valid, 'key': 'settlement_id',
        'condition': "(civil_servant_pay_yuan <> 0 or large_claim_pay_yuan <> 0 or account_pay_yuan <> 0)"
            ~ " and insutype_code <> '310' or serious_illness_pay_yuan <> 0 and insutype_code <> '390'",
        'yuan': "case when insutype_code <> '310'"
            ~ " then civil_servant_pay_yuan + large_claim_pay_yuan + account_pay_yuan else 0 end"
            ~ " + case when insutype_code <> '390' then serious_illness_pay_yuan else 0 end",
    },
    {
        'check_id': 'D10', 'denominator': valid, 'key': 'settlement_id',
        'condition': "service_begin_date > service_end_date or service_end_date > cast(settled_at as date)",
        'yuan': "fund_pay_yuan",
    },
    {
        'check_id': 'D11', 'denominator': valid, 'key': 'settlement_id',
        'condition': "(medical_fee_yuan < 0 or fund_pay_yuan < 0) and original_settlement_id is null",
        'yuan': "fund_pay_yuan",
    },
]) }}
{% endmacro %}
