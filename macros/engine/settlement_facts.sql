{#
    What core says of a settlement, from rows of stg_setl_d: of all of them in fct_settlement, or of a few that were chosen by
    their keys before, where working out the rest would cost more than the few.
#}
{% macro settlement_facts(relation) -%}
    select
        settlement.settlement_id,
        settlement.original_settlement_id,
        settlement.visit_id,
        settlement.person_key,
        coalesce(county.area_code, settlement.county_code, 'unknown') as area_code,
        coalesce(settlement.county_code, 'unknown') as county_code,
        coalesce(settlement.insutype_code, 'unknown') as insutype_code,
        settlement.person_type_code,
        case when settlement.person_type_code like '12%' then '1' else '0' end as retired_code,
        settlement.civil_servant_code,
        settlement.special_person_code,
        settlement.employer_key,
        settlement.institution_code,
        settlement.institution_county_code,
        case
            when settlement.hospital_level_code in ('1', '01') then '1'
            when settlement.hospital_level_code in ('2', '02') then '2'
            when settlement.hospital_level_code in ('3', '03') then '3'
            else '9'
        end as hospital_level_code,
        settlement.pay_place_code,
        coalesce(settlement.pay_place_code = '1', false) as is_manual,
        case
            when settlement.institution_county_code is null then 'unknown'
            when place.area_code = county.area_code then 'local'
            when place.area_code is not null then 'region'
            when substr(settlement.institution_county_code, 1, 2) = region.region_prefix then 'region'
            else 'cross_province'
        end as place_code,
        settlement.medical_type_code,
        coalesce(own_kind.medical_kind_code, group_kind.medical_kind_code, 'unknown') as medical_kind_code,
        case
            when own_kind.medical_type_code is not null then own_kind.referral_code
            else group_kind.referral_code
        end as referral_code,
        settlement.settlement_type_code,
        settlement.clearing_type_code,
        settlement.service_begin_date,
        settlement.service_end_date,
        settlement.settled_at,
        settlement.event_month,
        coalesce({{ month_code('settlement.service_end_date') }}, settlement.event_month) as service_month,
        case
            when settlement.service_end_date >= settlement.service_begin_date
                then {{ days_inclusive('settlement.service_begin_date', 'settlement.service_end_date') }}
            else 0
        end as day_count,
        coalesce(settlement.valid_code = '1', false) as is_valid,
        coalesce(settlement.valid_code = '1' and settlement.refund_code = '0', false) as is_occurrence,
        coalesce(settlement.refund_code = '1', false) and settlement.original_settlement_id is not null as is_reversal,
        settlement.medical_fee_yuan,
        settlement.own_expense_yuan,
        settlement.over_limit_yuan,
        settlement.preself_pay_yuan,
        settlement.in_scope_yuan,
        settlement.deductible_standard_yuan,
        settlement.deductible_due_yuan,
        settlement.deductible_paid_yuan,
        settlement.pooled_pay_yuan,
        settlement.pooled_pay_share,
        settlement.civil_servant_pay_yuan,
        settlement.supplement_pay_yuan,
        settlement.serious_illness_pay_yuan,
        settlement.large_claim_pay_yuan,
        settlement.disabled_pay_yuan,
        settlement.assistance_pay_yuan,
        settlement.other_fund_pay_yuan,
        settlement.fund_pay_yuan,
        settlement.person_pay_yuan,
        settlement.account_pay_yuan,
        settlement.cash_pay_yuan,
        settlement.hospital_borne_yuan,
        settlement.family_account_pay_yuan,
        settlement.benefit_year_code,
        settlement.disease_code,
        settlement.operator_key,
        settlement.delivery_no,
        settlement.file_no,
        settlement.row_number,
        settlement.row_id
    from {{ relation }} as settlement
    left join {{ ref('dim_county') }} as county on settlement.county_code = county.county_code
    left join {{ ref('dim_county') }} as place on settlement.institution_county_code = place.county_code
    left join {{ ref('medical_kind') }} as own_kind on settlement.medical_type_code = own_kind.medical_type_code
    left join {{ ref('medical_kind') }} as group_kind on substr(settlement.medical_type_code, 1, 2) = group_kind.medical_type_code
    cross join (select max(region_prefix) as region_prefix from {{ ref('dim_county') }}) as region
{%- endmacro %}
