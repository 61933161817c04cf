{{ config(materialized='table') }}
-- The account tree of each statement, per measure. Where a parent is stated, its children are 其中 and not added;
-- where it is not, the children add up to it. Rows of unknown name add to their parent in either case.
with stated as (
    select
        line.statement_key,
        line.measure_code,
        line.account_code,
        account.level_no,
        account.account_kind,
        max(case when line.is_contained then 1 else 0 end) as is_contained,
        min(case when line.is_in_total then 1 else 0 end) as is_in_total,
        max(line.nesting_code) as nesting_code,
        max(line.parent_account_code) as parent_account_code,
        max(case when line.parent_account_code like '%:%' then 1 else 0 end) as has_own_row_parent,
        min(line.account_name) as account_name,
        max(line.side_code) as side_code,
        {{ sum_money('line.amount_yuan') }} as amount_yuan,
        count(*) as line_count,
        max(line.precision_yuan) as precision_yuan
    from {{ ref('int_fund_balance__line') }} as line
    left join {{ ref('dim_account') }} as account on line.account_code = account.account_code
    where line.side_code is not null
    group by line.statement_key, line.measure_code, line.account_code, account.level_no, account.account_kind
),

{% for level in (2, 1) %}
children_{{ level }} as (
    select
        statement_key, measure_code, parent_account_code, amount_yuan, line_count, precision_yuan, is_in_total,
        level_no is null and nesting_code = 'extra' as is_extra
    from stated
    where level_no is null and is_contained = 0
    {% if level == 2 %}
    union all
    select
        statement_key, measure_code, parent_account_code, amount_yuan, line_count, precision_yuan, is_in_total,
        false as is_extra
    from stated
    where level_no = 3
    {% else %}
    union all
    select
        statement_key, measure_code, parent_account_code, amount_yuan, line_count, precision_yuan, is_in_total,
        false as is_extra
    from level_2
    {% endif %}
),

added_{{ level }} as (
    select
        child.statement_key,
        child.measure_code,
        parent.account_code,
        {{ sum_money('child.amount_yuan') }} as amount_yuan,
        sum(child.line_count) as line_count,
        max(child.precision_yuan) as precision_yuan,
        min(child.is_in_total) as is_in_total
    from children_{{ level }} as child
    inner join {{ ref('dim_account') }} as parent
        on
            case
                when child.parent_account_code like '%:%'
                    then substr(child.parent_account_code, 1, position(':' in child.parent_account_code) - 1)
                else child.parent_account_code
            end = parent.account_code
            and parent.level_no = {{ level }}
    left join stated as stated_parent
        on
            child.statement_key = stated_parent.statement_key
            and child.measure_code = stated_parent.measure_code
            and parent.account_code = stated_parent.account_code
    where child.is_extra or stated_parent.account_code is null
    group by child.statement_key, child.measure_code, parent.account_code
),

level_{{ level }} as (
    select
        coalesce(stated.statement_key, added.statement_key) as statement_key,
        coalesce(stated.measure_code, added.measure_code) as measure_code,
        account.account_code,
        coalesce(stated.account_name, account.account_name) as account_name,
        account.parent_account_code,
        account.side_code,
        {{ yuan('coalesce(stated.amount_yuan, 0) + coalesce(added.amount_yuan, 0)') }} as amount_yuan,
        stated.amount_yuan as stated_yuan,
        cast(coalesce(stated.line_count, 0) + coalesce(added.line_count, 0) as integer) as line_count,
        greatest(coalesce(stated.precision_yuan, 0), coalesce(added.precision_yuan, 0)) as precision_yuan,
        coalesce(stated.is_in_total, added.is_in_total) as is_in_total
    from (select * from stated where level_no = {{ level }}) as stated
    full outer join added_{{ level }} as added
        on
            stated.statement_key = added.statement_key
            and stated.measure_code = added.measure_code
            and stated.account_code = added.account_code
    inner join {{ ref('dim_account') }} as account
        on coalesce(stated.account_code, added.account_code) = account.account_code
),
{% endfor %}

tree as (
    select *, 'addend' as account_role
    from level_1
    union all
    select *, 'of_which' as account_role
    from level_2
    union all
    select
        statement_key, measure_code, account_code, account_name, parent_account_code, side_code, amount_yuan,
        amount_yuan as stated_yuan, cast(line_count as integer) as line_count, precision_yuan, is_in_total,
        coalesce(case when account_kind <> 'flow' then account_kind end, 'of_which') as account_role
    from stated
    where level_no is null or level_no in (0, 3)
)

select
    tree.statement_key,
    tree.measure_code,
    tree.account_code,
    tree.account_name,
    tree.parent_account_code,
    tree.side_code,
    tree.account_role,
    coalesce(account.is_level_transfer, false) as is_level_transfer,
    tree.amount_yuan,
    tree.stated_yuan,
    tree.line_count,
    tree.precision_yuan,
    tree.is_in_total
from tree
left join {{ ref('dim_account') }} as account on tree.account_code = account.account_code
