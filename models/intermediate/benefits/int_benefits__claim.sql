{{ config(materialized='ephemeral') }}
-- A settlement to be worked out as the policy sees it: scheme, kind of care, place, person group, populations, amounts in fen,
-- and which path of the arithmetic it takes. A fact that the rows do not carry is never guessed: fact_missing_code names it.
-- The rows are chosen before anything is worked out of them: those of the benefit years of int_benefits__replayed_person, or all.
with chosen as (
    select settlement.*
    from {{ ref('stg_setl_d') }} as settlement
    {%- if is_replay_kept() %}
    left join {{ ref('int_benefits__reversal') }} as reversal on settlement.settlement_id = reversal.settlement_id
    inner join {{ ref('int_benefits__replayed_person') }} as replayed
        on
            coalesce(reversal.benefit_year_code, {{ benefit_year_of('settlement') }}) = replayed.benefit_year_code
            and coalesce(reversal.person_key, settlement.person_key, '') = replayed.person_key
    {%- endif %}
    where settlement.valid_code = '1'{{ in_replayed_months() }}
),

settled as (
    {{ settlement_facts('chosen') }}
),

fact as (
    select
        {{ settlement_no_of('settlement.row_id', 'file') }} as settlement_no,
        settlement.settlement_id,
        settlement.original_settlement_id,
        settlement.is_reversal,
        settlement.person_key,
        settlement.area_code,
        settlement.county_code,
        settlement.institution_code,
        settlement.operator_key,
        settlement.insutype_code,
        settlement.settled_at,
        settlement.event_month,
        settlement.service_end_date,
        {{ benefit_year_of('settlement') }} as benefit_year_code,
        {{ scheme_of_insutype('settlement.insutype_code') }} as scheme_code,
        {{ kind_of_care('settlement.settlement_type_code', 'settlement.medical_kind_code') }} as medical_kind_code,
        settlement.hospital_level_code,
        case
            when settlement.place_code = 'local' then 'local'
            -- 自治区本级 has no territory of its own: what the platform settled as not away is local.
            when area.area_kind = 'prov_level' and settlement.place_code = 'region' and settlement.pay_place_code = '2' then 'local'
            when settlement.place_code = 'unknown' then 'unknown'
            else coalesce(settlement.referral_code, 'unknown')
        end as place_code,
        case
            when settlement.insutype_code = '390' then 'all'
            when settlement.person_type_code like '11%' then 'in_service'
            when settlement.person_type_code like '12%' then 'retired'
            else 'unknown'
        end as person_group_code,
        coalesce(settlement.civil_servant_code = '1', false) as is_civil_servant,
        coalesce(special.population_code = 'privileged', false) as is_privileged,
        coalesce(special.population_code = 'provincial_cadre', false) as is_provincial_cadre,
        coalesce(special.population_code = 'assisted', false) as is_assisted,
        coalesce(abs(settlement.medical_fee_yuan) >= 10000000, false) as is_too_large,
        {{ fen('settlement.medical_fee_yuan') }} as fee,
        {{ fen('settlement.own_expense_yuan + settlement.over_limit_yuan') }} as own_and_over,
        {{ fen('settlement.preself_pay_yuan') }} as first_self_pay,
        {{ fen('settlement.in_scope_yuan') }} as in_scope,
        settlement.pooled_pay_share
        {%- for name in paid_amounts() %},
        {{ fen('settlement.' ~ name ~ '_yuan') }} as {{ name }}
        {%- endfor %}
    from settled as settlement
    inner join {{ ref('int_benefits__settlement_file') }} as file
        on settlement.delivery_no = file.delivery_no and settlement.file_no = file.file_no
    left join {{ ref('int_benefits__special_person') }} as special on settlement.special_person_code = special.special_person_code
    left join {{ ref('dim_area') }} as area on settlement.area_code = area.area_code
)

select
    fact.*,
    {{ layer_path('scheme_code', 'is_provincial_cadre', 'medical_kind_code') }} as layer_path_code,
    case
        when fee is null and is_too_large then 'too_large'
        when fee is null or in_scope is null or first_self_pay is null or own_and_over is null then 'amount'
        when fee <> own_and_over + first_self_pay + in_scope then 'composition'
        when not is_reversal and (in_scope < 0 or first_self_pay < 0 or own_and_over < 0) then 'negative'
        when is_too_large then 'too_large'
        when service_end_date is null or settled_at is null then 'date'
        when medical_kind_code = 'unknown' then 'kind'
        when scheme_code = 'employee' and person_group_code = 'unknown' and not is_provincial_cadre then 'person_type'
    end as fact_missing_code
from fact
