-- Funds that an area does not run, so that nobody waits for them. An area that delivers such a fund all the same runs it.
select
    exemption.area_code,
    exemption.fund_code
from {{ ref('fund_exemption') }} as exemption
left join (
    select distinct
        area_code,
        fund_code
    from {{ ref('fct_statement_line') }}
) as delivered
    on exemption.area_code = delivered.area_code and exemption.fund_code = delivered.fund_code
where delivered.area_code is null
