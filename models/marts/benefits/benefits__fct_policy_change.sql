-- AR-POOL-DRAFT 2.2: raising or lowering a unit rate needs the consent of the two regional authorities; 2.3: nothing
-- outside the national list without approval. What an area itself changed, or what it set as a benefit, must name its
-- approval; what a regional or national document says needs none.
with dated as (
    select
        parameter.*,
        lag(parameter.value) over (
            partition by parameter.area_code, parameter.parameter_code, parameter.population_code
            order by parameter.valid_from
        ) as old_value
    from {{ ref('int_benefits__policy_row') }} as parameter
),

home_area as (
    select area_code, area_name, area_kind, sort_order from {{ ref('map_pack_area') }}
    union all
    select '100000', '全国', 'nation', -1
    where not exists (select 1 from {{ ref('map_pack_area') }} where area_code = '100000')
)

select
    dated.area_code,
    home_area.area_name,
    dated.parameter_code,
    rule.name_zh as parameter_name,
    rule.topic_code,
    rule.subject_code,
    dated.population_code,
    dated.valid_from as valid_from_date,
    dated.valid_to as valid_to_date,
    case home_area.area_kind when 'nation' then 'nation' when 'region' then 'region' else 'area' end as scope_level_code,
    cast(dated.old_value as decimal(18, 6)) as old_value,
    cast(dated.value as decimal(18, 6)) as new_value,
    cast(dated.value - dated.old_value as decimal(18, 6)) as value_change,
    rule.unit as unit_code,
    case
        when document.doc_status = 'draft' then 'draft'
        when dated.old_value is null and (home_area.area_kind <> 'pooling_area' or rule.subject_code <> 'benefit')
            then 'first'
        when home_area.area_kind <> 'pooling_area' then 'higher_document'
        when dated.approval_no is null then 'unapproved'
        else 'approved'
    end as approval_code,
    dated.approval_no,
    dated.doc_no,
    document.title as doc_title,
    document.doc_status,
    dated.clause,
    dated.quote,
    dated.basis,
    dated.note
from dated
inner join home_area on dated.area_code = home_area.area_code
inner join {{ ref('policy_rule') }} as rule on dated.parameter_code = rule.parameter_code
left join {{ ref('document') }} as document on dated.doc_no = document.doc_no
where dated.old_value is null or dated.value <> dated.old_value
