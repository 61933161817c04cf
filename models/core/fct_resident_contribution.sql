{{ config(materialized='view') }}

-- Collected money is is_collected, in the month of its event_month; what is due stands in due_month.
select
    contribution.contribution_id,
    contribution.original_contribution_id,
    contribution.person_key,
    contribution.employer_key,
    coalesce(county.area_code, contribution.county_code, 'unknown') as area_code,
    coalesce(contribution.county_code, 'unknown') as county_code,
    coalesce(contribution.insutype_code, 'unknown') as insutype_code,
    contribution.person_type_code,
    contribution.person_identity_code,
    contribution.event_month,
    contribution.due_month,
    contribution.accrual_begin_month,
    contribution.accrual_end_month,
    contribution.collected_at,
    contribution.treasury_at,
    contribution.remitted_at,
    contribution.collected_code,
    contribution.write_off_code,
    -- Input contract: collected = clct_flag 1 and revs_flag Z.
    coalesce(contribution.collected_code = '1' and contribution.write_off_code = 'Z', false) as is_collected,
    coalesce(substr(contribution.accrual_begin_month, 1, 4) > substr(contribution.event_month, 1, 4), false) as is_next_year,
    contribution.contribution_type_code,
    coalesce(kind.contribution_kind_code, 'unknown') as contribution_kind_code,
    contribution.fixed_amount_code,
    {{ yuan('0') }} as employer_yuan,
    contribution.person_yuan,
    contribution.subsidy_yuan,
    contribution.other_yuan,
    contribution.total_yuan,
    contribution.delivery_no,
    contribution.file_no,
    contribution.row_number
from {{ ref('stg_rsdt_psn_clct_detl_d') }} as contribution
left join {{ ref('dim_county') }} as county on contribution.county_code = county.county_code
left join {{ ref('contribution_kind') }} as kind on contribution.contribution_type_code = kind.contribution_type_code
