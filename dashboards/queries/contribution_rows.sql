-- One row per contribution that is not what the rules make due, the largest first, with the number of all; persons are
-- masked. Of a yearly premium: of the months of its year.
with due as (
    select
        due.*,
        coalesce(due.employer_yuan, 0) + coalesce(due.person_yuan, 0) + coalesce(due.undivided_yuan, 0) as declared_yuan,
        coalesce(due.due_employer_yuan, 0) + coalesce(due.due_person_yuan, 0) + coalesce(due.due_undivided_yuan, 0) as expected_yuan,
        concat_ws(
            '、',
            case when due.is_base_wrong then '基数' end,
            case when due.is_rate_wrong then '费率' end,
            case when due.is_credit_wrong then '划入账户' end,
            case when due.is_amount_wrong then '金额' end
        ) as wrong_text,
    from rows.contribution_due as due
    where due.is_base_wrong or due.is_rate_wrong or due.is_credit_wrong or due.is_amount_wrong
)

select
    due.contribution_id,
    concat(substr(due.person_key, 1, 8), '…') as person_mask,
    area.area_short_name as area_name,
    insutype.insutype_name,
    due.due_month,
    due.wrong_text,
    due.base_yuan,
    due.due_base_yuan,
    due.declared_yuan,
    due.expected_yuan,
    due.declared_yuan - due.expected_yuan as difference_yuan,
    due.credit_yuan,
    due.due_credit_yuan,
    count(*) over () as rows_count,
from due
left join core.dim_insutype as insutype on due.insutype_code = insutype.insutype_code
inner join core.dim_area as area
    on due.area_code = area.area_code
    and (area.area_code = $area_code or (area.region_code = $area_code and area.area_kind in ('pooling_area', 'prov_level')))
where (
        due.due_month between $first_month and $last_month
        or (insutype.fund_code in ('330100', '390100') and substr(due.due_month, 1, 4) = $year)
    )
    and ($scheme = 'all' or insutype.scheme_code = $scheme)
    and ($scope = '*' or list_contains(string_split($scope, ','), due.area_code))
order by abs(due.declared_yuan - due.expected_yuan) desc, due.contribution_id
limit $shown
