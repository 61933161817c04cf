{{ config(materialized='table') }}
-- 上解 and 补助 between the members of a region, by scheme: the amount that both sides state is taken off income and
-- expenditure alike, so that the region's surplus is unchanged. What only one side states stays visible.
{% set pairs = [
    ('subordinate_remittance_income', 'remittance_to_superior_expenditure'),
    ('superior_subsidy_income', 'subsidy_to_subordinate_expenditure'),
] %}
with exchanged as (
    {% for received, handed in pairs %}
    select
        part.rollup_key,
        part.part_scheme_code,
        '{{ received }}' as received_account_code,
        '{{ handed }}' as handed_account_code,
        coalesce(sum(case when item.account_code = '{{ received }}' then item.amount_yuan end), 0) as received_yuan,
        coalesce(sum(case when item.account_code = '{{ handed }}' then item.amount_yuan end), 0) as handed_yuan,
        coalesce(sum(case when item.account_code = '{{ received }}' then item.ytd_yuan end), 0) as received_ytd_yuan,
        coalesce(sum(case when item.account_code = '{{ handed }}' then item.ytd_yuan end), 0) as handed_ytd_yuan
    from {{ ref('int_fund_balance__rollup_part') }} as part
    inner join {{ ref('int_fund_balance__leaf_item') }} as item on part.part_key = item.statement_key
    where part.rollup_kind = 'region' and item.account_code in ('{{ received }}', '{{ handed }}')
    group by part.rollup_key, part.part_scheme_code
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    rollup_key,
    part_scheme_code,
    received_account_code,
    handed_account_code,
    {{ yuan('received_yuan') }} as received_yuan,
    {{ yuan('handed_yuan') }} as handed_yuan,
    {{ yuan('greatest(least(received_yuan, handed_yuan), 0)') }} as eliminated_yuan,
    {{ yuan('greatest(least(received_ytd_yuan, handed_ytd_yuan), 0)') }} as eliminated_ytd_yuan
from exchanged
