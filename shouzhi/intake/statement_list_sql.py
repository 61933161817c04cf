"""SQL of the list reader: resolve codes, classify rows, hand out accepted and quarantined ones, of many lists at once."""

CLASSIFY = r"""
create or replace temp table classified as
with plain as (
    select
        raw.*,
        regexp_full_match(raw.amount, '-?\d{1,13}(\.\d{1,14})?') as is_plain,
    from raw
),

amounts as (
    select
        plain.*,
        case when is_plain then 'ok' else map_amount.status end as amount_status,
        case
            when is_plain then try_cast(plain.amount as decimal(28, 14))
            else map_amount.value
        end as amount_value,
        case
            when is_plain and position('.' in plain.amount) > 0
                then length(plain.amount) - position('.' in plain.amount)
            when is_plain then 0
            else map_amount.decimals
        end as decimals,
        map_amount.problem as amount_problem,
        case
            when plain.unit_problem is null
                then coalesce(map_amount.unit_code, plain.unit_value, setting.header_unit, 'yuan')
        end as unit_code,
    from plain
    -- one row a list
    inner join setting on setting.list_no = plain.list_no
    -- one row a distinct text
    left join map_amount on map_amount.text = plain.amount
),

measured as (
    select
        amounts.*,
        side_value as side_code,
        statement_value as statement_code,
        case
            when period_type = 'year' then 'period'
            when measure_hint <> measure_value then null
            else coalesce(measure_hint, measure_value)
        end as measure_code,
        case
            when period_type = 'year' then null
            when measure_text_problem is not null then measure_text_problem
            when measure_hint <> measure_value
                then '与期间的写法矛盾（一个是期间，一个是累计），请改为一致'
            when measure_hint is null and measure_value is null
                then '为空，年度以下的数据请填“期间”或“累计”'
        end as measure_problem,
        case unit_code when 'yuan' then 1 when 'wan' then 10000 when 'yi' then 100000000 end as factor,
    from amounts
),

priced as (
    select
        measured.*,
        amount_value * cast(factor as decimal(9, 0)) as exact_yuan,
    from measured
),

rounded as (
    select
        priced.*,
        try_cast(exact_yuan as decimal(20, 2)) as amount_yuan,
        case
            when first_kind = 'blank' then 'blank'
            when is_repeated_header then 'header'
            when first_kind = 'total' and (trim(period) = '' or period = first_text) then 'total'
            when area_kind = 'total' then 'total'
            when amount_status = 'blank' and (filled_count = 1 or first_kind = 'note') then 'title'
            when first_kind = 'note' and period_problem is not null and fund_problem is not null then 'title'
            when amount_status = 'not_given' then 'not_given'
            when 'not_money' in (unit_kind, account_kind, amount_status) then 'not_money'
        end as non_data_reason,
    from priced
),

judged as (
    select
        rounded.*,
        case
            when is_overlong then 'extra_cells'
            when period_problem is not null then 'period'
            when area_problem is not null then 'area'
            when fund_problem is not null then 'fund'
            when statement_problem is not null then 'statement'
            when account_problem is not null then 'account'
            when unit_problem is not null then 'unit'
            when amount_status = 'blank' then 'amount_missing'
            when amount_status = 'problem' then 'amount'
            when amount_yuan is null then 'amount_too_large'
            when measure_problem is not null and trim(measure) = '' then 'measure_missing'
            when measure_problem is not null then 'measure'
        end as reason_code,
    from rounded
)

select
    judged.*,
    case when non_data_reason is not null then 'non_data' when reason_code is not null then 'quarantined'
        else 'loaded' end as status,
from judged
"""

ROWS = r"""
with loaded as (
    select
        classified.*,
        coalesce(area_code, '') || '|' || coalesce(area_name, '') as area_key,
    from classified
    where status = 'loaded'
),

printed as (
    select
        list_no,
        area_key,
        period_type,
        period_code,
        statement_code,
        unit_code,
        max(decimals) as group_decimals,
    from loaded
    group by list_no, area_key, period_type, period_code, statement_code, unit_code
),

families as (
    select
        list_no,
        line_no,
        last_value(case when not is_of_which then coalesce(bare_name, given_code) end ignore nulls) over (
            partition by list_no, area_key, fund, period_type, period_code, statement_code, measure_code
            order by line_no
            rows between unbounded preceding and current row
        ) as parent_name,
    from loaded
    where exists (select 1 from loaded as listed where listed.is_of_which)
)

select
    loaded.list_no,
    cast(row_number() over (partition by loaded.list_no order by loaded.line_no) as integer) as record_no,
    setting.sheet_name,
    loaded.line_no as row_number,
    header_column.letter || loaded.line_no as cell_ref,
    loaded.period_type,
    loaded.period_code,
    measure_code,
    loaded.area_code as admdvs,
    loaded.area_name as admdvs_name,
    fund as fund_code,
    loaded.statement_code,
    given_code as given_account_code,
    bare_name as account_name,
    is_of_which,
    case when is_of_which then parent_name end as parent_account_name,
    side_code,
    amount_yuan,
    loaded.unit_code,
    cast(
        greatest(cast(factor as decimal(20, 2)) / power(10, least(group_decimals, 10)), 0.01) as decimal(20, 2)
    ) as precision_yuan,
    clean_doc_no as doc_no,
from loaded
inner join setting on setting.list_no = loaded.list_no
-- one row a list
inner join header_column on header_column.list_no = loaded.list_no and header_column.name = 'amount'
-- one row a group
inner join printed
    on printed.list_no = loaded.list_no
    and printed.area_key = loaded.area_key
    and printed.period_type = loaded.period_type
    and printed.period_code = loaded.period_code
    and printed.statement_code = loaded.statement_code
    and printed.unit_code = loaded.unit_code
left join families on families.list_no = loaded.list_no and families.line_no = loaded.line_no
order by loaded.list_no, loaded.line_no
"""

QUARANTINED = r"""
with faults as (
    select
        classified.*,
        case reason_code
            when 'extra_cells' then 'amount'
            when 'period' then 'period'
            when 'area' then case
                when area_problem_column in (select name from header_column where header_column.list_no = classified.list_no) then area_problem_column
                else 'admdvs_name' end
            when 'fund' then 'fund_code'
            when 'statement' then 'statement'
            when 'account' then case
                when account_problem_column in (select name from header_column where header_column.list_no = classified.list_no) then account_problem_column
                when account_problem_column = 'account_name' then 'account_code'
                else 'account_name' end
            when 'unit' then 'unit'
            when 'measure' then 'measure'
            when 'measure_missing' then case
                when 'measure' in (select name from header_column where header_column.list_no = classified.list_no) then 'measure' else 'period' end
            else 'amount'
        end as fault_column,
    from classified
    where status = 'quarantined'
)

select
    faults.list_no,
    setting.sheet_name,
    line_no as row_number,
    header_column.letter || line_no as cell_ref,
    header_column.label as column_name,
    case when short_count is null then reason_code else 'few_cells' end as reason_code,
    coalesce(
        '这一行只有 ' || short_count || ' 列，表头有 ' || header_width
        || ' 列，可能少了分隔符或在中间断开，请补齐后重新导出（',
        ''
    ) || case reason_code
        when 'extra_cells' then '这一行的列数比表头多，可能是金额中的逗号没有加引号，请给该单元格加英文双引号或去掉逗号'
        when 'period' then '期间不能用：' || period_problem
        when 'area' then area_problem
        when 'fund' then '基金' || fund_problem
        when 'statement' then '报表类型' || statement_problem
        when 'account' then account_problem
        when 'unit' then '单位' || unit_problem
        when 'amount_missing' then '金额为空，请填写金额；没有数的请删去该行或填 ×'
        when 'amount' then '金额不能用：' || amount_problem
        when 'amount_too_large' then '金额换算成元后过大，请核对金额和单位'
        else '计量口径' || measure_problem
    end || case when short_count is null then '' else '）' end as reason_zh,
    case fault_column
        when 'period' then period
        when 'admdvs' then admdvs
        when 'admdvs_name' then admdvs_name
        when 'fund_code' then fund_code
        when 'statement' then statement
        when 'account_code' then account_code
        when 'account_name' then account_name
        when 'unit' then unit
        when 'measure' then measure
        else amount
    end as raw_text,
    amount_yuan,
    area_code as admdvs,
    area_name as admdvs_name,
    fund as fund_code,
    statement_code,
    period_type,
    period_code,
from faults
inner join setting on setting.list_no = faults.list_no
-- one row a column
inner join header_column
    on header_column.list_no = faults.list_no
    and header_column.name = faults.fault_column
order by faults.list_no, line_no
"""
