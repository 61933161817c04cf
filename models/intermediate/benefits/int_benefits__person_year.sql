{{ config(materialized='view') }}
-- benefits.fct_benefit_year: one row per person, area, insurance type, fund and benefit year: what was paid and what the
-- rules say against the fund's yearly cap (the greatest in force on a day of that year's care; none where
-- the fund has none).
with worked as (
    select * from {{ ref('int_benefits__worked') }}
),

rule as (
    select
        rule_set_no,
        {{ yuan_of_fen('pooled_cap') }} as pooled_cap_yuan,
        {{ yuan_of_fen('large_cap') }} as large_cap_yuan,
        {{ yuan_of_fen('civil_cap') }} as civil_cap_yuan,
        {{ yuan_of_fen('critical_cap') }} as critical_cap_yuan,
        {{ yuan_of_fen('assistance_cap') }} as assistance_cap_yuan
    from {{ ref('int_benefits__rule_set') }}
),

summed as (
    select
        worked.person_key,
        worked.area_code,
        worked.insutype_code,
        worked.scheme_code,
        worked.benefit_year_code,
        {%- for name, paid in (
            ('pooled', 'pooled_pay'), ('large', 'large_claim_pay'), ('civil', 'civil_servant_pay'),
            ('critical', 'serious_illness_pay'), ('assistance', 'assistance_pay'),
        ) %}
        sum(case when worked.{{ paid }} <> 0 or worked.due_{{ name }} <> 0 then 1 else 0 end) as {{ name }}_count,
        {{ sum_of_fen('worked.' ~ paid) }} as {{ name }}_paid_yuan,
        {{ sum_of_fen('worked.due_' ~ name) }} as {{ name }}_expected_yuan,
        max(rule.{{ name }}_cap_yuan) as {{ name }}_cap_yuan{{ ',' if not loop.last }}
        {%- endfor %}
    from worked
    left join rule on worked.rule_set_no = rule.rule_set_no
    group by worked.person_key, worked.area_code, worked.insutype_code, worked.scheme_code, worked.benefit_year_code
),

layer as (
    select layer.layer_code
    from (values ('pooled'), ('large'), ('civil'), ('critical'), ('assistance')) as layer (layer_code)
),

-- Not one-to-one: one row a fund.
fund_row as (
    select
        summed.person_key,
        summed.area_code,
        summed.insutype_code,
        summed.benefit_year_code,
        case layer.layer_code
            when 'pooled' then case when summed.scheme_code = 'resident' then '390100' else '310100' end
            when 'large' then '330100'
            when 'civil' then '320100'
            when 'critical' then '390200'
            else '610100'
        end as fund_code,
        {%- for column in ('count', 'paid_yuan', 'expected_yuan', 'cap_yuan') %}
        case layer.layer_code
            {%- for name in ('pooled', 'large', 'civil', 'critical', 'assistance') %}
            when '{{ name }}' then summed.{{ name }}_{{ column }}
            {%- endfor %}
        end as {{ 'settlement_count' if column == 'count' else column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from summed
    cross join layer
    where summed.scheme_code <> 'none'
)

select
    person_key,
    area_code,
    insutype_code,
    benefit_year_code,
    fund_code,
    cast(settlement_count as bigint) as settlement_count,
    cast(paid_yuan as decimal(20, 2)) as paid_yuan,
    cast(expected_yuan as decimal(20, 2)) as expected_yuan,
    cap_yuan,
    coalesce(expected_yuan >= cap_yuan, false) as is_cap_reached,
    cast(greatest(paid_yuan - coalesce(cap_yuan, paid_yuan), 0) as decimal(20, 2)) as over_cap_yuan
from fund_row
where settlement_count > 0
