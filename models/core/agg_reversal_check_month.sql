{{ config(contract={'enforced': true}) }}

-- I11: a reversal takes back its settlement to the cent, once (national platform dictionary 1.3). Few rows, compared where
-- they are linked; therefore made whole in every run.
with linked as (
    select
        *,
        count(*) over (partition by original_settlement_id) > 1 as is_repeated
    from {{ ref('fct_reversal') }}
),

judged as (
    select
        coalesce(county.area_code, linked.county_code, 'unknown') as area_code,
        insutype.fund_code,
        linked.event_month,
        linked.settlement_id,
        linked.original_month,
        linked.is_repeated,
        linked.left_fund_pay_yuan,
        linked.original_row_id is null or linked.is_repeated or linked.is_anything_left as is_violated
    from linked
    left join {{ ref('dim_county') }} as county on linked.county_code = county.county_code
    left join {{ ref('insutype') }} as insutype on linked.insutype_code = insutype.insutype_code
)

select
    area_code,
    fund_code,
    event_month,
    {{ string_list('original_month', ' ') }} as original_months,
    max(case when is_repeated then 1 else 0 end) = 1 as is_repeated,
    cast(sum(case when is_violated then 1 else 0 end) as bigint) as violated_count,
    count(*) as denominator_count,
    {{ sum_money('case when is_violated then left_fund_pay_yuan end') }} as evidence_yuan,
    {{ sample_keys('case when is_violated then settlement_id end') }} as sample_keys
from judged
group by area_code, fund_code, event_month
