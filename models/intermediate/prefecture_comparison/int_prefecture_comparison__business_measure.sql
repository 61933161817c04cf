-- What the business feeds bring to the indicators, as rows. Each source has been summed to area, scheme and period before
-- it comes here, so that an indicator joins one row to one row.
{%- set keys = "area_code, scheme_code, period_type, period_code, period_end_date" -%}
{%- set sources = [
    (ref("int_prefecture_comparison__cover"), "true", [
        ("average_insured", "average_insured_count"), ("insured", "insured_count"),
        ("insured_thousand", "insured_count / 1000.0"),
    ]),
    (ref("int_prefecture_comparison__cover"), "scheme_code = 'employee'", [
        ("in_service", "in_service_count"), ("retired", "retired_count"),
    ]),
    (ref("int_prefecture_comparison__care"), "medical_kind_code = 'inpatient'", [
        ("admission", "occurrence_count"), ("admission_day", "occurrence_day_count"),
        ("admission_fee", "occurrence_medical_fee_yuan"), ("admission_in_scope", "occurrence_in_scope_yuan"),
        ("admission_fund_pay", "occurrence_fund_pay_yuan"),
    ]),
    (ref("int_prefecture_comparison__care"), "medical_kind_code = 'all'", [
        ("fund_pay", "fund_pay_yuan"), ("away_fund_pay", "away_fund_pay_yuan"),
    ]),
] %}
{%- for relation, condition, measures in sources %}
{%- for code, expression in measures %}
select
    {{ keys }},
    '{{ code }}' as measure_code,
    cast({{ expression }} as decimal(26, 6)) as measure_value
from {{ relation }}
where {{ condition }} and {{ expression }} is not null
union all
{%- endfor %}
{%- endfor %}
-- 征缴率 is that of the scheme's own fund: side funds have theirs in the collection mart
{%- for item, code, column in [
    ("premium", "premium_due", "due_yuan"), ("premium", "premium_collected", "collected_of_due_yuan"),
    ("subsidy", "subsidy_due", "due_yuan"), ("subsidy", "subsidy_arrived", "collected_of_due_yuan"),
] %}
select
    {{ keys }},
    '{{ code }}' as measure_code,
    cast({{ column }} as decimal(26, 6)) as measure_value
from {{ ref('fund_balance__fct_collection') }}
where
    item_code = '{{ item }}'
    and payer_code = 'all'
    and fund_code in ('310000', '390100')
    and collection_state_code <> 'payers_only'
union all
{%- endfor %}
-- a population is published for a year's end: it stands for that year, and for the next until its own is published
select
    cover.area_code,
    cover.scheme_code,
    cover.period_type,
    cover.period_code,
    cover.period_end_date,
    'population' as measure_code,
    cast(coalesce(own.population_count, before.population_count) as decimal(26, 6)) as measure_value
from {{ ref('int_prefecture_comparison__cover') }} as cover
left join {{ ref('resident_population') }} as own
    on
        cover.area_code = own.area_code
        and extract(year from cover.period_end_date) = own.year_number
left join {{ ref('resident_population') }} as before
    on
        cover.area_code = before.area_code
        and extract(year from cover.period_end_date) - 1 = before.year_number
where
    cover.scheme_code = 'all'
    and coalesce(own.population_count, before.population_count) is not null
union all
-- beds of the institutions of an area that are open at the period's end; areas whose institutions give none are unknown
select
    cover.area_code,
    cover.scheme_code,
    cover.period_type,
    cover.period_code,
    cover.period_end_date,
    'bed' as measure_code,
    cast(sum(institution.bed_count) as decimal(26, 6)) as measure_value
from {{ ref('int_prefecture_comparison__cover') }} as cover
inner join {{ ref('dim_institution') }} as institution
    on
        cover.area_code = institution.area_code
        and institution.bed_count is not null
        and cast(institution.begin_at as date) <= cover.period_end_date
        and coalesce(cast(institution.end_at as date), cover.period_end_date) >= cover.period_end_date
where cover.scheme_code = 'all'
group by
    cover.area_code, cover.scheme_code, cover.period_type, cover.period_code, cover.period_end_date
