-- M05 M07: year-to-date amounts that fall; money in the wrong half of the split employee fund.
with given as (
    select
        statement.area_code,
        statement.fund_code,
        statement.period_type,
        statement.period_code,
        measured.item_code,
        measured.given_ytd_yuan as ytd_yuan,
        lag(measured.given_ytd_yuan) over (
            partition by statement.series_key, statement.year_number, measured.item_code
            order by statement.period_index
        ) as prior_ytd_yuan
    from {{ ref('int_fund_balance__measured_item') }} as measured
    inner join {{ ref('int_fund_balance__statement') }} as statement on measured.statement_key = statement.statement_key
    where measured.given_ytd_yuan is not null and measured.item_code not like '#%'
),

split_area as (
    select
        area_code,
        period_type,
        period_code,
        statement_code
    from {{ ref('int_fund_balance__leaf_statement') }}
    where fund_code in ('310100', '310200') and surplus_yuan is not null
    group by area_code, period_type, period_code, statement_code
    having count(distinct fund_code) = 2
),

finding as (
    select
        'M05' as check_id, area_code, fund_code, period_type, period_code,
        ytd_yuan < prior_ytd_yuan as is_violated,
        ytd_yuan - prior_ytd_yuan as evidence_yuan,
        item_code as sample_key,
        '年内累计数比上期减少' as reason
    from given
    where prior_ytd_yuan is not null
    union all
    select
        'M07', leaf.area_code, leaf.fund_code, leaf.period_type, leaf.period_code,
        item.amount_yuan <> 0 and case leaf.fund_code
            when '310100' then item.account_code in ('transfer_income', 'transfer_expenditure')
            else item.account_code = 'fiscal_subsidy_income'
        end,
        item.amount_yuan,
        item.account_code,
        case leaf.fund_code when '310100' then '统筹基金列有转移收支' else '个人账户列有财政补贴' end
    from {{ ref('int_fund_balance__leaf_item') }} as item
    inner join {{ ref('int_fund_balance__leaf_statement') }} as leaf on item.statement_key = leaf.statement_key
    inner join split_area
        on
            leaf.area_code = split_area.area_code
            and leaf.period_type = split_area.period_type
            and leaf.period_code = split_area.period_code
            and leaf.statement_code = split_area.statement_code
    where leaf.fund_code in ('310100', '310200') and item.account_role = 'addend'
)

select
    check_id,
    area_code,
    fund_code,
    period_type,
    period_code,
    sum(case when is_violated then 1 else 0 end) as violated_count,
    count(*) as denominator_count,
    sum(case when is_violated then evidence_yuan end) as evidence_yuan,
    min(case when is_violated then sample_key end) as sample_keys,
    min(case when is_violated then reason end) as reason
from finding
group by check_id, area_code, fund_code, period_type, period_code
