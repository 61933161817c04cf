{#
    The arithmetic of one settlement, written once: int_benefits__result uses it for persons whose year meets no limit,
    int_benefits__stepwise row by row for the others. Amounts are fen.

    benefit_wanted(relation)   needs the facts, the rule set's columns and used_before (what the year had before of the
                               settlement's own kind: admissions, or in-scope cost of outpatient, chronic or privileged
                               outpatient care); adds deductible_standard, deductible, cost_1.., pay_1.., wanted,
                               privileged_wanted
    benefit_paid(relation)     needs those and used_pooled, used_outpatient, used_large, used_civil, used_privileged,
                               used_critical, used_critical_scope, used_assistance; adds what each fund pays, what moves
                               on at the pooled cap, and missing_code: the first parameter or fact that is not there
#}
{% macro benefit_wanted(relation) %}
select
    costed.*,
    {% for number in range(1, bracket_count() + 1) %}pay_{{ number }}{{ ' + ' if not loop.last }}{% endfor %} as wanted,
    case when path_code = 'privileged' then {{ share_of('privileged_above', 'privileged_ratio') }} else 0 end as privileged_wanted
from (
    select
        split.*,
        {%- for number in range(1, bracket_count() + 1) %}
        coalesce({{ share_of('cost_' ~ number, 'ratio_' ~ number) }}, 0) as pay_{{ number }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            deducted.*,
            {%- for number in range(1, bracket_count() + 1) %}
            -- 1.1.3: the cost in each bracket above the deductible
            coalesce(
                greatest(least(eligible, coalesce(upper_{{ number }}, eligible)) - lower_{{ number }}, 0 * lower_{{ number }}), 0
            ) as cost_{{ number }}{{ ',' if not loop.last }}
            {%- endfor %}
        from (
            select
                stated.*,
                case when path_code <> 'pooled' then 0 else least(deductible_left, in_scope) end as deductible,
                case when path_code <> 'pooled' then 0 else in_scope - least(deductible_left, in_scope) end as eligible
            from (
                select
                    given.*,
                    case
                        when path_code <> 'pooled' then 0
                        when medical_kind_code <> 'inpatient' then deductible_year
                        when used_before = 0 then deductible_first
                        when used_before = 1 then deductible_second
                        else deductible_later
                    end as deductible_standard,
                    case
                        when path_code <> 'pooled' then 0
                        when medical_kind_code <> 'inpatient' then {{ room('deductible_year', 'used_before') }}
                        when used_before = 0 then deductible_first
                        when used_before = 1 then deductible_second
                        else deductible_later
                    end as deductible_left,
                    -- 1.4.1: what lies above the year's deductible, by the sums before and after
                    case
                        when path_code = 'privileged'
                            then
                                {{ room('used_before + in_scope', 'privileged_deductible') }}
                                - {{ room('used_before', 'privileged_deductible') }}
                        else 0
                    end as privileged_above
                from {{ relation }} as given
            ) as stated
        ) as deducted
    ) as split
) as costed
{% endmacro %}

{% macro benefit_paid(relation) %}
{%- set top = bracket_count() %}
select
    topped.*,
    case
        when scheme_code = 'resident' and is_assisted and medical_kind_code = 'inpatient' and path_code = 'pooled'
            then least(
                {{ share_of('in_scope - pooled - critical', 'assistance_ratio') }},
                {{ room('assistance_cap', 'used_assistance') }}
            )
        else 0
    end as assistance,
    case
        when path_code = 'cadre' then {{ share_of('fee', 'cadre_ratio') }}
        else 0
    end as off_fund,
    case
        when static_missing_code is not null then static_missing_code
        when path_code = 'pooled' and deductible_standard is null then 'deductible'
        when moved > 0 and place_code = 'unknown' then 'place_unknown'
        when moved > 0 and place_code <> 'unreferred' and large_ratio is null then 'large_ratio'
        when moved > 0 and place_code <> 'unreferred' and medical_kind_code = 'inpatient' and partial is null then 'fee_lines'
        when moved_partial > 0 and place_code <> 'unreferred' and large_partial_ratio is null then 'large_partial_ratio'
        when moved > 0 and place_code <> 'unreferred' and large_cap is null then 'large_cap'
    end as missing_code
from (
    select
        subsidised.*,
        -- 1.4.2 and 1.4.1: the civil servants' layer, within its cap; the privileged outpatient layer counts inside by parameter
        case
            when path_code = 'privileged' and coalesce(privileged_inside, 0) = 1
                then least(privileged_within, {{ room('civil_cap', 'used_civil') }})
            when path_code = 'privileged' then privileged_within
            when civil_wanted > 0
                then least(
                    civil_wanted,
                    {{ room('civil_cap', '(used_civil - case when coalesce(privileged_inside, 0) = 1 then 0 else used_privileged end)') }}
                )
            else 0
        end as civil,
        case
            when critical_above > 0
                then least({{ share_of('critical_above', 'critical_ratio') }}, {{ room('critical_cap', 'used_critical') }})
            else 0
        end as critical
    from (
        select
            large_paid.*,
            case
                when path_code = 'privileged' then privileged_wanted
                when path_code = 'pooled' and scheme_code = 'employee' and is_civil_servant and medical_kind_code = 'inpatient'
                    then {{ share_of('greatest(in_scope - pooled - large, 0)', 'civil_ratio') }}
                else 0
            end as civil_wanted,
            case
                when path_code = 'pooled' and scheme_code = 'resident' and medical_kind_code <> 'outpatient'
                    then
                        {{ room('used_critical_scope + in_scope - pooled', 'critical_line') }}
                        - {{ room('used_critical_scope', 'critical_line') }}
                else 0
            end as critical_above,
            case
                when path_code = 'pooled' and scheme_code = 'resident' and medical_kind_code <> 'outpatient' then in_scope - pooled
                else 0
            end as critical_scope
        from (
            select
                large_asked.*,
                -- 1.2.2: within the year's cap
                case when large_wanted > 0 then least(large_wanted, {{ room('large_cap', 'used_large') }}) else 0 end as large
            from (
                select
                    composed.*,
                    -- 1.2.3(1): 95 % / 85 %; 1.2.3(2): class-B and partly covered items flat, of the whole item
                    case
                        when moved = 0 or place_code = 'unreferred' then 0
                        else
                            {{ share_of('(moved - moved_partial)', 'large_ratio') }}
                            + case
                                when moved_partial > 0 then {{ share_of('moved_partial_whole', 'large_partial_ratio') }}
                                else 0
                            end
                    end as large_wanted
                from (
                    select
                        parted.*,
                        case
                            when moved_partial > 0
                                then moved_partial + {{ pro_rata('first_self_pay', 'moved_partial', 'partial') }}
                            else 0
                        end as moved_partial_whole
                    from (
                        select
                            moved_on.*,
                            -- what moves has the composition of the in-scope cost, pro rata
                            case
                                when moved > 0 and medical_kind_code = 'inpatient' and partial > 0
                                    then {{ pro_rata('moved', 'partial', 'in_scope') }}
                                else 0
                            end as moved_partial
                        from (
                            select
                                unpaid_part.*,
                                -- the cost behind what the cap left unpaid: highest bracket first, an unpaid bracket whole
                                {%- for number in range(top, 0, -1) %}
                                {%- set above = [] %}
                                {%- for higher in range(number + 1, top + 1) %}{% do above.append('pay_' ~ higher) %}{% endfor %}
                                {%- set rest = 'least(greatest(unpaid' ~ (' - ' if above) ~ above | join(' - ') ~ ', 0), pay_' ~ number ~ ')' %}
                                case
                                    when unpaid = 0 or {{ rest }} = 0 then 0
                                    when {{ rest }} = pay_{{ number }} then cost_{{ number }}
                                    else {{ cost_behind(rest, 'ratio_' ~ number) }}
                                end{{ ' +' if not loop.last }}
                                {%- endfor %} as moved
                            from (
                                select
                                    pooled_paid.*,
                                    case
                                        when scheme_code = 'employee' and medical_kind_code in ('inpatient', 'chronic')
                                            then pooled_limit - pooled
                                        else 0
                                    end as unpaid
                                from (
                                    select
                                        limited.*,
                                        -- 1.1.3: the pooled fund pays at most its cap in a year, whatever the kind of care
                                        case
                                            when path_code = 'pooled'
                                                then least(pooled_limit, {{ room('pooled_cap', 'used_pooled') }})
                                            else 0
                                        end as pooled
                                    from (
                                        select
                                            asked.*,
                                            case
                                                when medical_kind_code = 'outpatient'
                                                    then least(wanted, {{ room('outpatient_cap', 'used_outpatient') }})
                                                else wanted
                                            end as pooled_limit,
                                            least(privileged_wanted, {{ room('privileged_cap', 'used_privileged') }})
                                                as privileged_within
                                        from {{ relation }} as asked
                                    ) as limited
                                ) as pooled_paid
                            ) as unpaid_part
                        ) as moved_on
                    ) as parted
                ) as composed
            ) as large_asked
        ) as large_paid
    ) as subsidised
) as topped
{% endmacro %}

{# What can be missing (missing_code) because of what the settlement's bill says or does not say. #}
{% macro bill_gaps() %}
{{ return(['fee_lines', 'large_partial_ratio', 'large_cap']) }}
{% endmacro %}
