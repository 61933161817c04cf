{{ config(materialized='table') }}
-- over 150 lines: one step of the walk, from the parameters of the day to what the year has used, has to be one query
{%- set used = [
    'admission_count', 'outpatient_scope', 'chronic_scope', 'privileged_scope', 'pooled', 'outpatient', 'large', 'civil',
    'privileged', 'critical', 'critical_scope', 'assistance',
] %}
{%- set amounts = [
    'deductible_standard', 'deductible', 'wanted', 'pooled_limit', 'moved', 'moved_partial', 'moved_partial_whole',
    'large_wanted', 'civil_wanted',
] %}
{%- set kept = ['pooled', 'large', 'civil', 'critical', 'assistance'] %}
{%- set width = 14 %}
-- Years in which a limit binds or something cannot be replayed, row by row in the order of settlement. One row a person's
-- year walks on: what it has used so far, the settlements that could not be replayed (unknown_text, by id) and what each
-- settlement that is taken back later has taken (kept_text: its number, then five amounts of {{ width }} digits).
{%- set taken %}
(
    select
        event.*,
        {{ rule_columns('rule') }},
        {%- for name in used %}
        walked.next_{{ name }} as used_{{ name }},
        {%- endfor %}
        case event.path_code
            when 'privileged' then walked.next_privileged_scope
            when 'pooled'
                then case event.medical_kind_code
                    when 'outpatient' then walked.next_outpatient_scope
                    when 'chronic' then walked.next_chronic_scope
                    else walked.next_admission_count
                end
        end as used_before,
        walked.unknown_text,
        walked.kept_text
    from walked
    inner join {{ ref('int_benefits__step_event') }} as event
        on walked.year_no = event.year_no and walked.event_no + 1 = event.event_no
    left join {{ ref('int_benefits__rule_set') }} as rule on event.rule_set_no = rule.rule_set_no
)
{%- endset %}
with recursive walked as (
    select
        year_no,
        cast(0 as bigint) as event_no,
        cast(null as bigint) as settlement_no,
        cast(null as varchar) as blocked_by_id,
        cast(null as varchar) as missing_code,
        {%- for name in amounts %}
        cast(0 as bigint) as {{ name }},
        {%- endfor %}
        {%- for name in kept + ['off_fund'] %}
        cast(0 as bigint) as {{ name }},
        {%- endfor %}
        {%- for name in used %}
        cast(0 as bigint) as used_{{ name }},
        cast(0 as bigint) as next_{{ name }},
        {%- endfor %}
        cast('' as varchar) as unknown_text,
        cast('' as varchar) as kept_text
    from {{ ref('int_benefits__step_event') }}
    where event_no = 1
    union all
    select
        year_no,
        event_no,
        settlement_no,
        blocked_by_id,
        missing_code,
        {%- for name in amounts %}
        cast({{ name }} as bigint),
        {%- endfor %}
        {%- for name in kept + ['off_fund'] %}
        cast({{ name }} as bigint),
        {%- endfor %}
        {%- for name in used %}
        used_{{ name }},
        cast(used_{{ name }} + factor * taken_{{ name }} as bigint),
        {%- endfor %}
        case
            when is_reversal_event and replace(unknown_text, '|' || claim_id || '|', '|') = '|' then ''
            when is_reversal_event then replace(unknown_text, '|' || claim_id || '|', '|')
            when not is_replayed then case when unknown_text = '' then '|' else unknown_text end || settlement_id || '|'
            else unknown_text
        end,
        case
            when not is_replayed or is_reversal_event or not is_reversed then kept_text
            else
                kept_text || mark_text
                {%- for name in kept %}
                || lpad(cast({{ name }} as varchar), {{ width }}, '0')
                {%- endfor %}
        end
    from (
        select
            judged.*,
            case when is_reversal_event then -1 else 1 end
            * case when is_reversal_event and is_kept or not is_reversal_event and is_replayed then 1 else 0 end as factor,
            case when path_code = 'pooled' and medical_kind_code = 'inpatient' then 1 else 0 end as taken_admission_count,
            {%- for kind in ('outpatient', 'chronic') %}
            case when path_code = 'pooled' and medical_kind_code = '{{ kind }}' then in_scope else 0 end as taken_{{ kind }}_scope,
            {%- endfor %}
            case when path_code = 'privileged' then in_scope else 0 end as taken_privileged_scope,
            {%- for name in ('pooled', 'large', 'civil', 'critical', 'assistance') %}
            case when is_reversal_event then kept_{{ name }} else {{ name }} end as taken_{{ name }},
            {%- endfor %}
            case when medical_kind_code <> 'outpatient' then 0 when is_reversal_event then kept_pooled else pooled end
                as taken_outpatient,
            case when path_code <> 'privileged' then 0 when is_reversal_event then kept_civil else civil end as taken_privileged,
            case
                when path_code <> 'pooled' or scheme_code <> 'resident' or medical_kind_code = 'outpatient' then 0
                when is_reversal_event then in_scope - kept_pooled
                else in_scope - pooled
            end as taken_critical_scope
        from (
            select
                paid.*,
                case
                    when path_code <> 'cadre' and unknown_text <> ''
                        then substr(unknown_text, 2, position('|' in substr(unknown_text, 2)) - 1)
                end as blocked_by_id,
                missing_code is null and (path_code = 'cadre' or unknown_text = '') as is_replayed,
                position(mark_text in kept_text) > 0 as is_kept,
                {%- for name in kept %}
                cast(
                    case
                        when is_reversal_event and position(mark_text in kept_text) > 0
                            then substr(kept_text, position(mark_text in kept_text) + 10 + {{ loop.index0 * width }}, {{ width }})
                        else '0'
                    end as bigint
                ) as kept_{{ name }}{{ ',' if not loop.last }}
                {%- endfor %}
            from (
                {{ benefit_paid(
                    '(' ~ benefit_wanted(taken) ~ ')'
                ) }}
            ) as paid
        ) as judged
    ) as stepped
)

select
    settlement_no,
    blocked_by_id,
    missing_code,
    deductible_standard,
    deductible,
    wanted,
    pooled_limit,
    pooled,
    moved,
    moved_partial,
    moved_partial_whole,
    large_wanted,
    large,
    civil_wanted,
    civil,
    critical,
    assistance,
    off_fund
from walked
where event_no > 0
