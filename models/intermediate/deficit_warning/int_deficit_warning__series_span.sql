-- From when to when each warned series is spoken of. Silence is not zero: an expected reporter is asked for every
-- period that the warehouse knows of its fund, any other area for the span between its own first and last period.
with balance as (
    select
        balance.area_code,
        balance.fund_code,
        balance.period_type,
        balance.period_end_date,
        fund.family_code,
        fund.family_rank
    from {{ ref('fund_balance__fct_fund_balance') }} as balance
    inner join {{ ref('warning_fund') }} as fund on balance.fund_code = fund.fund_code
    where balance.is_actual
),

expected_area as (
    select area_code
    from {{ ref('dim_area') }}
    where is_expected_reporter
),

expected_balance as (
    select balance.*
    from balance
    inner join expected_area on balance.area_code = expected_area.area_code
),

known_span as (
    select
        fund_code,
        period_type,
        min(period_end_date) as first_end_date,
        max(period_end_date) as last_end_date
    from expected_balance
    group by fund_code, period_type
),

own_span as (
    select
        area_code,
        fund_code,
        period_type,
        min(period_end_date) as first_end_date,
        max(period_end_date) as last_end_date
    from balance
    group by area_code, fund_code, period_type
),

-- A family (职工, 居民) is expected of every reporter, as the fund it keeps, else as the fund most detailed elsewhere.
-- Who does not run a fund stands in a seed (自治区本级 and 居民); what is reported all the same is shown.
family_default as (
    select
        family_code,
        min(family_rank) as family_rank
    from expected_balance
    where family_code is not null
    group by family_code
),

family_kept as (
    select
        area_code,
        family_code,
        min(family_rank) as family_rank
    from expected_balance
    where family_code is not null
    group by area_code, family_code
),

expected_fund as (
    select
        expected_area.area_code,
        fund.fund_code
    from expected_area
    cross join family_default
    left join family_kept
        on
            expected_area.area_code = family_kept.area_code
            and family_default.family_code = family_kept.family_code
    inner join {{ ref('warning_fund') }} as fund
        on
            family_default.family_code = fund.family_code
            and coalesce(family_kept.family_rank, family_default.family_rank) = fund.family_rank
    left join {{ ref('map_fund_exemption') }} as exemption
        on
            expected_area.area_code = exemption.area_code
            and fund.fund_code = exemption.fund_code
    where
        family_kept.area_code is not null
        or exemption.area_code is null
    union
    select
        area_code,
        fund_code
    from expected_balance
    where family_code is null
)

select
    expected_fund.area_code,
    expected_fund.fund_code,
    known_span.period_type,
    known_span.first_end_date,
    known_span.last_end_date
from expected_fund
inner join known_span on expected_fund.fund_code = known_span.fund_code
union all
select
    own_span.area_code,
    own_span.fund_code,
    own_span.period_type,
    own_span.first_end_date,
    own_span.last_end_date
from own_span
left join expected_fund
    on
        own_span.area_code = expected_fund.area_code
        and own_span.fund_code = expected_fund.fund_code
where expected_fund.fund_code is null
