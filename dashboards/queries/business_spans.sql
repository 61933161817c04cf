-- One row per part of the business analysis: whether the source has it at all, and which periods this area has.
with drivers as (
    select
        'drivers' as part_code,
        count(*) as rows_count,
        min(case when area_code = $area_code and scheme_code = $scheme then period_code end) as first_period_code,
        max(case when area_code = $area_code and scheme_code = $scheme then period_code end) as last_period_code,
    from prefecture_comparison.fct_spending_driver
    where period_type = $period_type
        and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
),

insured as (
    select
        'insured' as part_code,
        count(*) as rows_count,
        min(case when area_code = $area_code and scheme_code = $scheme then period_code end) as first_period_code,
        max(case when area_code = $area_code and scheme_code = $scheme then period_code end) as last_period_code,
    from enrolment.fct_insured_month
    where ($scope = '*' or list_contains(string_split($scope, ','), area_code))
),

collection as (
    select
        'collection' as part_code,
        count(*) as rows_count,
        min(case when area_code = $area_code then period_code end) as first_period_code,
        max(case when area_code = $area_code then period_code end) as last_period_code,
    from fund_balance.fct_collection
    where period_type = $period_type
        and ($scheme = 'all' or scheme_code = $scheme)
        and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
),

reconciliation as (
    select
        'reconciliation' as part_code,
        count(*) as rows_count,
        min(case when area_code = $area_code then period_code end) as first_period_code,
        max(case when area_code = $area_code then period_code end) as last_period_code,
    from fund_balance.fct_reconciliation
    where period_type = $period_type
        and list_contains(string_split($fund_codes, ','), fund_code)
        and ($scope = '*' or list_contains(string_split($scope, ','), area_code))
)

select * from drivers
union all
select * from insured
union all
select * from collection
union all
select * from reconciliation
