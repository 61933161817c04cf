{#
    Row checks of contributions, employees' and residents' alike; see claim_condition.sql.
    Columns are those of core.fct_employee_contribution and core.fct_resident_contribution; a resident row has no base,
    no employer part and no rates (NULL), which a check by rate leaves out.
    C04: a standard that is no fixed amount is a rate; a row may pay several months of accrual at once (accrual_months).
    #based counts the rows of a month that say a base, the base of C09.
#}
{% macro contribution_conditions() %}
{{ return([
    {
        'check_id': '#based', 'key': 'cast(null as varchar)', 'condition': 'true', 'yuan': 'total_yuan',
        'denominator': "insutype_code = '310' and contribution_kind_code = 'normal'"
            ~ " and coalesce(employer_base_yuan, person_base_yuan, 0) > 0",
    },
    {
        'check_id': 'C11', 'denominator': 'true', 'key': 'contribution_id',
        'condition': "total_yuan <> coalesce(employer_yuan, 0) + coalesce(person_yuan, 0)"
            ~ " + coalesce(subsidy_yuan, 0) + coalesce(other_yuan, 0)",
        'yuan': "total_yuan - coalesce(employer_yuan, 0) - coalesce(person_yuan, 0)"
            ~ " - coalesce(subsidy_yuan, 0) - coalesce(other_yuan, 0)",
    },
    {
        'check_id': 'C04', 'key': 'contribution_id',
        'denominator': "fixed_amount_code = '0' and employer_rate_value is not null and employer_base_yuan > 0"
            ~ " and contribution_kind_code in ('normal', 'arrears') and total_yuan >= 0",
        'condition': "abs(employer_yuan - employer_base_yuan * employer_rate_value * accrual_months) > 0.01 * accrual_months"
            ~ " or abs(person_yuan - person_base_yuan * coalesce(person_rate_value, 0) * accrual_months)"
            ~ " > 0.01 * accrual_months",
        'yuan': "cast(employer_yuan + person_yuan - (employer_base_yuan * employer_rate_value"
            ~ " + person_base_yuan * coalesce(person_rate_value, 0)) * accrual_months as decimal(20, 2))",
    },
    {
        'check_id': 'D10', 'denominator': 'true', 'key': 'contribution_id',
        'condition': "accrual_begin_month > accrual_end_month",
        'yuan': "total_yuan",
    },
    {
        'check_id': 'D11', 'denominator': 'true', 'key': 'contribution_id',
        'condition': "total_yuan < 0 and original_contribution_id is null and contribution_kind_code <> 'refund'"
            ~ " and write_off_code = 'Z'",
        'yuan': "total_yuan",
    },
]) }}
{% endmacro %}
