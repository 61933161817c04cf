-- P01: what an area itself changed of a rate (AR-POOL-DRAFT 2.2) or set as a benefit (2.3) names its approval.
-- Documents in force only: what a draft proposes is no policy of anybody.
select
    'P01' as check_id,
    area_code,
    cast(null as varchar) as fund_code,
    cast(null as varchar) as period_type,
    cast(null as varchar) as period_code,
    sum(case when approval_code = 'unapproved' then 1 else 0 end) as violated_count,
    count(*) as denominator_count,
    {{ yuan('null') }} as evidence_yuan,
    {{ string_list(
        "case when approval_code = 'unapproved' then parameter_code || '@' || cast(valid_from_date as varchar) end", ' '
    ) }} as sample_keys,
    '自行调整费率或自行规定待遇，没有批准文号' as reason
from {{ ref('benefits__fct_policy_change') }}
where approval_code in ('approved', 'unapproved')
group by area_code
