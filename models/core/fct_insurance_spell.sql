{{ config(materialized='view') }}

-- Current and history rows in one relation, one row a spell. Cover runs from the begin date through the pause date.
-- Input contract: status 1 counts, of residents 2 as well; a row that was ended counts until its pause date.
with spell as (
    select
        insurance_relation_id,
        insurance_relation_id as insurance_detail_id,
        'current' as record_code,
        person_key,
        insutype_code,
        begin_date,
        pause_date,
        insurance_status_code,
        person_type_code,
        retired_flag_code,
        retirement_date,
        employer_key,
        county_code,
        delivery_no,
        file_no,
        row_number
    from {{ ref('stg_psn_insu_d') }}
    union all
    select
        insurance_relation_id,
        insurance_detail_id,
        'history' as record_code,
        person_key,
        insutype_code,
        begin_date,
        pause_date,
        insurance_status_code,
        person_type_code,
        retired_flag_code,
        retirement_date,
        employer_key,
        county_code,
        delivery_no,
        file_no,
        row_number
    from {{ ref('stg_psn_insu_his_d') }}
)

select
    spell.insurance_relation_id,
    spell.insurance_detail_id,
    spell.record_code,
    spell.person_key,
    coalesce(county.area_code, spell.county_code, 'unknown') as area_code,
    coalesce(spell.county_code, 'unknown') as county_code,
    coalesce(spell.insutype_code, 'unknown') as insutype_code,
    coalesce(insutype.scheme_code, 'other') as scheme_code,
    coalesce(insutype.is_basic, false) as is_basic,
    spell.begin_date,
    spell.pause_date,
    spell.insurance_status_code,
    case
        when spell.insurance_status_code = '1' then true
        when spell.insurance_status_code = '2' and insutype.is_active_when_paused then true
        when spell.insurance_status_code in ('2', '4') and spell.pause_date is not null then true
        else false
    end as is_counted,
    spell.person_type_code,
    case substr(spell.person_type_code, 1, 2)
        when '11' then 'in_service'
        when '12' then 'retired'
        when '13' then 'retired_cadre'
        when '14' then 'minor_student'
        when '15' then 'adult'
        when '16' then 'elder'
        else 'other'
    end as person_group_code,
    coalesce(spell.person_type_code like '12%', false)
    or coalesce(insutype.scheme_code <> 'resident' and spell.retired_flag_code in ('1', '2'), false) as is_retired,
    spell.retirement_date,
    spell.employer_key,
    spell.delivery_no,
    spell.file_no,
    spell.row_number
from spell
left join {{ ref('dim_county') }} as county on spell.county_code = county.county_code
left join {{ ref('insutype') }} as insutype on spell.insutype_code = insutype.insutype_code
