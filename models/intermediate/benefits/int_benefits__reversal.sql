{{ config(materialized='table') }}
-- Every reversal with its original, where there is one. An original counts until its reversal; only the first reversal
-- after it counts, in the original's year and on its path. A reversal is worked out with the person and year of its original.
with numbered as (
    select
        reversal.*,
        {{ settlement_no_of('reversal.row_id', 'own_file') }} as settlement_no,
        {{ settlement_no_of('reversal.original_row_id', 'original_file') }} as original_no
    from {{ ref('fct_reversal') }} as reversal
    inner join {{ ref('int_benefits__settlement_file') }} as own_file
        on reversal.delivery_no = own_file.delivery_no and reversal.file_no = own_file.file_no
    left join {{ ref('int_benefits__settlement_file') }} as original_file
        on reversal.original_delivery_no = original_file.delivery_no and reversal.original_file_no = original_file.file_no
),

counted as (
    select
        settlement_no,
        settlement_id,
        original_settlement_id,
        event_month,
        settled_at,
        coalesce(case when has_original then original_person_key else person_key end, '') as person_key,
        case when has_original then original_no end as original_no,
        case when has_original then original_benefit_year_code else benefit_year_code end as benefit_year_code,
        {%- for column in ('insutype_code', 'special_person_code', 'medical_type_code', 'settlement_type_code') %}
        case when has_original then original_{{ column }} else {{ column }} end as {{ column }},
        {%- endfor %}
        has_original
        and (
            original_settled_at < settled_at
            or (original_settled_at = settled_at and original_settlement_id < settlement_id)
        ) as is_after_original
    from numbered
),

linked as (
    select
        counted.settlement_no,
        counted.settlement_id,
        counted.original_settlement_id,
        counted.event_month,
        counted.settled_at,
        counted.person_key,
        counted.original_no,
        counted.benefit_year_code,
        {{ scheme_of_insutype('counted.insutype_code') }} as scheme_code,
        coalesce(special.population_code = 'provincial_cadre', false) as is_provincial_cadre,
        {{ kind_of_care(
            'counted.settlement_type_code', "coalesce(own_kind.medical_kind_code, group_kind.medical_kind_code, 'unknown')"
        ) }} as medical_kind_code,
        counted.is_after_original
    from counted
    left join {{ ref('int_benefits__special_person') }} as special on counted.special_person_code = special.special_person_code
    left join {{ ref('medical_kind') }} as own_kind on counted.medical_type_code = own_kind.medical_type_code
    left join {{ ref('medical_kind') }} as group_kind
        on substr(counted.medical_type_code, 1, 2) = group_kind.medical_type_code
)

select
    settlement_no,
    settlement_id,
    original_settlement_id,
    event_month,
    settled_at,
    person_key,
    original_no,
    benefit_year_code,
    {{ layer_path('scheme_code', 'is_provincial_cadre', 'medical_kind_code') }} as layer_path_code,
    is_after_original,
    is_after_original
    and row_number() over (
        partition by original_settlement_id, is_after_original order by settled_at, settlement_id
    ) = 1 as is_effective
from linked
