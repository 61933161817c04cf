{{ config(materialized='table') }}
-- E01 E09 C08 C09 D09: settlements and contributions against persons, cover and institutions, and two covers of one person
-- at once, in another scheme or another area, for longer than the grace.
with basic_spell as (
    select
        spell.insurance_detail_id,
        spell.person_key,
        spell.scheme_code,
        spell.area_code,
        insutype.fund_code,
        {{ month_code('spell.begin_date') }} as event_month,
        spell.begin_date,
        coalesce(spell.pause_date, date '9999-12-31') as pause_date
    from {{ ref('fct_insurance_spell') }} as spell
    inner join {{ ref('insutype') }} as insutype on spell.insutype_code = insutype.insutype_code
    where spell.is_counted and spell.is_basic
),

double_cover as (
    select distinct later.insurance_detail_id
    from basic_spell as later
    inner join basic_spell as earlier
        on
            later.person_key = earlier.person_key
            and (later.scheme_code <> earlier.scheme_code or later.area_code <> earlier.area_code)
            and (
                later.begin_date > earlier.begin_date
                or (later.begin_date = earlier.begin_date and later.insurance_detail_id > earlier.insurance_detail_id)
            )
    inner join {{ ref('check_parameter') }} as parameter on parameter.parameter_code = 'double_cover_days'
    where {{ days_inclusive('later.begin_date', 'least(later.pause_date, earlier.pause_date)') }} > parameter.parameter_value
),

finding as (
    {% for part in ('claim', 'contribution') %}
    select check_id, area_code, fund_code, event_month, violated_count, denominator_count, evidence_yuan, sample_keys
    from {{ ref('int_check__person_' ~ part) }}
    union all
    {% endfor %}
    select
        'E01', spell.area_code, spell.fund_code, spell.event_month,
        count(double_cover.insurance_detail_id), count(*), cast(null as decimal(20, 2)),
        {{ sample_keys('case when double_cover.insurance_detail_id is not null then spell.person_key end') }}
    from basic_spell as spell
    left join double_cover on spell.insurance_detail_id = double_cover.insurance_detail_id
    group by spell.area_code, spell.fund_code, spell.event_month
)

select
    check_id,
    area_code,
    fund_code,
    'month' as period_type,
    event_month as period_code,
    sum(violated_count) as violated_count,
    sum(denominator_count) as denominator_count,
    sum(evidence_yuan) as evidence_yuan,
    max(sample_keys) as sample_keys,
    cast(null as varchar) as reason
from finding
group by check_id, area_code, fund_code, event_month
