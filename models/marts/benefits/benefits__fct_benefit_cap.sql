{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_changed_replay(in_changed_benefit_year()) }}",
) }}
-- depends_on: {{ ref('int_benefits__worked') }}
select
    area_code,
    insutype_code,
    fund_code,
    benefit_year_code,
    count(*) as person_count,
    cast(sum(case when is_cap_reached then 1 else 0 end) as bigint) as reached_count,
    cast(sum(case when over_cap_yuan > 0 then 1 else 0 end) as bigint) as over_cap_count,
    {{ sum_money('over_cap_yuan') }} as over_cap_yuan,
    {{ sample_keys('case when over_cap_yuan > 0 then person_key end') }} as over_cap_keys
from {{ ref('int_benefits__person_year') }}
where cap_yuan is not null and {{ in_changed_benefit_year() }} and {{ in_ruled_area() }}
group by area_code, insutype_code, fund_code, benefit_year_code
