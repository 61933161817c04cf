with present as (
    select distinct
        area_code,
        fund_code
    from {{ ref('int_fund_balance__balance') }}
),

ranked as (
    select
        present.area_code,
        scope.scheme_code,
        scope.basis_code,
        scope.fund_code,
        scope.is_split,
        row_number() over (
            partition by present.area_code, scope.scheme_code, scope.basis_code
            order by scope.preference_no
        ) as preference_no
    from present
    inner join {{ ref('fund_scope') }} as scope on present.fund_code = scope.fund_code
)

select
    area_code,
    scheme_code,
    basis_code,
    fund_code,
    is_split
from ranked
where preference_no = 1
