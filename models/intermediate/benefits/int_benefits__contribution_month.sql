{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    schema='core',
    alias='agg_contribution_due_month',
    contract={'enforced': true},
    pre_hook="{{ delete_changed_months_of_own_feed(['staf_psn_clct_detl_d', 'rsdt_psn_clct_detl_d']) }}",
) }}

-- Contributions due and declared by month, kept by month like the aggregates of core, beside which it lies: a run reads
-- the rows of a feed's changed months only. What is due follows from the row and the policy seeds alone; other seeds are another
-- code, with which every month is made anew.
select
    feed_code,
    area_code,
    insutype_code,
    event_month,
    due_month,
    settle_code,
    status_code,
    reason_code,
    credit_status_code,
    declared_unit_ratio,
    is_undivided,
    count(*) as row_count,
    {{ sum_money('base_yuan * month_count') }} as base_yuan,
    {{ sum_money('due_base_yuan * month_count') }} as due_base_yuan,
    {%- for part in ['employer', 'person', 'credit', 'subsidy', 'undivided', 'other'] %}
    {{ sum_money(part ~ '_yuan') }} as {{ part }}_yuan,
    {%- endfor %}
    {%- for part in ['employer', 'person', 'credit', 'subsidy', 'undivided'] %}
    {{ sum_money('due_' ~ part ~ '_yuan') }} as due_{{ part }}_yuan,
    cast(sum(case when {{ part }}_yuan <> due_{{ part }}_yuan then 1 else 0 end) as bigint) as wrong_{{ part }}_count,
    {%- endfor %}
    {%- for part in ['employer', 'person', 'credit'] %}
    {{ sum_money(part ~ '_base_difference_yuan') }} as {{ part }}_base_difference_yuan,
    {%- endfor %}
    {%- for part in ['employer', 'person'] %}
    {{ sum_money(part ~ '_rate_difference_yuan') }} as {{ part }}_rate_difference_yuan,
    {%- endfor %}
    {%- for cause in ['base', 'rate', 'credit', 'amount'] %}
    cast(sum(case when is_{{ cause }}_wrong then 1 else 0 end) as bigint) as wrong_{{ cause }}_row_count,
    {{ sample_keys('case when is_' ~ cause ~ '_wrong then contribution_id end') }} as wrong_{{ cause }}_keys
    {{- "," if not loop.last }}
    {%- endfor %}
from {{ ref('int_benefits__contribution_due') }}
where {{ in_changed_months_of_own_feed(['staf_psn_clct_detl_d', 'rsdt_psn_clct_detl_d']) }}
group by
    feed_code,
    area_code,
    insutype_code,
    event_month,
    due_month,
    settle_code,
    status_code,
    reason_code,
    credit_status_code,
    declared_unit_ratio,
    is_undivided
