{{ config(materialized='table', meta={'keeps_former': true}) }}
-- The last day before and the last day of a spell of cover, in whole months, of the schemes that any settlement names.
select
    spell.person_key,
    spell.scheme_code,
    last_day({{ dbt.dateadd('month', -1, 'spell.begin_date') }}) as before_date,
    last_day(coalesce(spell.pause_date, date '9999-12-31')) as last_date
from {{ ref('fct_insurance_spell') }} as spell
inner join (
    select distinct insutype.scheme_code
    from {{ ref('agg_claim_check_month') }} as counted
    inner join {{ ref('insutype') }} as insutype on counted.insutype_code = insutype.insutype_code
) as settled on spell.scheme_code = settled.scheme_code
where spell.is_counted
