-- Which funds stand for a scheme of an area on the pooled basis; 合计 is made of the employees' and the residents' fund.
with pooled as (
    select
        area_code,
        scheme_code,
        fund_code
    from {{ ref('fund_balance__bridge_fund_scope') }}
    where basis_code = 'pooled'
),

component as (
    select
        area_code,
        scheme_code,
        fund_code,
        fund_code as component_fund_code
    from pooled
    where scheme_code <> 'all'
    union all
    select
        whole.area_code,
        whole.scheme_code,
        whole.fund_code,
        part.fund_code as component_fund_code
    from pooled as whole
    inner join pooled as part
        on
            whole.area_code = part.area_code
            and part.scheme_code in ('employee', 'resident')
    where whole.scheme_code = 'all'
)

select
    area_code,
    scheme_code,
    fund_code,
    component_fund_code,
    case when scheme_code = 'all' then 2 else 1 end as component_count
from component
