"""The rows of a batch that cannot be used: what is no data is counted, the rest goes into quarantine with line and reason."""

import duckdb

from shouzhi.intake.cells import column_letter
from shouzhi.intake.feeds.batch import Batch, Taken, area_sql, control_sql, made_path
from shouzhi.intake.feeds.reasons import reason_of
from shouzhi.intake.feeds.stage_sql import NON_DATA
from shouzhi.intake.parsed import QUARANTINE_SCHEMA

SAMPLE_ROWS = 20
UNREADABLE = "这一行的文字或引号无法识别（编码错误、引号不成对或文件损坏），请核对该行后重新导出"


def collect_faults(
    connection: duckdb.DuckDBPyConnection, batch: Batch, taken: Taken, *, has_unread: bool
) -> None:
    """Count what is no data, and quarantine the faulty rows with line, column and reason."""
    members = batch.members
    layout = members[0].table.layout
    for member in members:
        taken.non_data[member.file_no] += member.table.layout.skip
    kinds: set[str] = set()
    for index, fault, noted, count in connection.execute(
        "select file_index, fault, noted, cast(sum(row_count) as bigint) from staged_count"
        " where fault is not null or noted is not null"
        " group by file_index, fault, noted order by file_index, fault, noted"
    ).fetchall():
        file_no = members[index].file_no
        if fault is None:
            taken.noted[file_no, noted, layout.width] += count
        elif fault.partition(":")[0] in NON_DATA:
            taken.non_data[file_no] += count
        else:
            kinds.add(fault)
    if not kinds and not has_unread:
        return
    connection.execute(
        "create or replace temp table fault_word"
        " (fault varchar, reason_code varchar, reason_zh varchar, column_name varchar, letter varchar)"
    )
    index = layout.index
    for fault in sorted(kinds):
        code, _, rest = fault.partition(":")
        position = index.get(rest.rpartition(":")[2])
        cell = layout.header[position].strip() if position is not None else None
        letter = column_letter(position) if position is not None else None
        connection.execute(
            "insert into fault_word values (?, ?, ?, ?, ?)",
            [fault, code, reason_of(batch.feed, fault, layout.width), cell, letter],
        )
    _quarantine(connection, batch, taken)


def _quarantine(connection: duckdb.DuckDBPyConnection, batch: Batch, taken: Taken) -> None:
    has_month = "nullif(coalesce(event_month, file_month), 'all')"
    yuan = control_sql(batch.feed) if batch.feed.control_amount else "cast(null as decimal(20,2))"
    of_file = (
        f"batch_file.file_no, cast({batch.delivery_no} as integer) as delivery_no, content_hash, file_name,"
        f" '{batch.feed.feed}' as feed_code, batch_file.sheet_name"
    )
    connection.execute(
        f"""
create or replace temp table quarantined as
select
    {of_file},
    cast(coalesce(fault_line.line, first_line + staged.rowid - first_rowid) as integer) as row_number,
    coalesce(letter, 'A') || coalesce(fault_line.line, first_line + staged.rowid - first_rowid) as cell_ref,
    column_name,
    reason_code,
    reason_zh,
    {SHOWN_SQL} as raw_text,
    {yuan} as amount_yuan,
    {area_sql(batch.feed)} as admdvs,
    cast(null as varchar) as admdvs_name,
    cast(null as varchar) as fund_code,
    cast(null as varchar) as statement_code,
    case when {has_month} is not null then 'month' end as period_type,
    {has_month} as period_code,
from staged
inner join batch_file on batch_file.file_index = staged.file_index
inner join fault_word on fault_word.fault = staged.fault
left join fault_line on fault_line.row_at = staged.rowid
union all by name
select
    {of_file},
    cast(lines_before + unread_line.line as integer) as row_number,
    'A' || (lines_before + unread_line.line) as cell_ref,
    'unreadable' as reason_code,
    '{UNREADABLE}' as reason_zh,
    case when nullif(file_month, 'all') is not null then 'month' end as period_type,
    nullif(file_month, 'all') as period_code,
from unread_line
inner join batch_file on batch_file.file_index = unread_line.file_index
"""
    )
    names = ", ".join(QUARANTINE_SCHEMA.names)
    for (file_no,) in connection.execute("select distinct file_no from quarantined").fetchall():
        sample = connection.execute(
            f"select {names} from quarantined where file_no = ? order by sheet_name nulls first, row_number"
            f" limit {SAMPLE_ROWS}",
            [file_no],
        ).to_arrow_table()
        taken.samples[file_no] = sample.cast(QUARANTINE_SCHEMA)
    name = f"{batch.feed.feed}/quarantine-{batch.number}.parquet"
    path = made_path(batch.folder / name)
    connection.execute(
        f"copy (select * from quarantined order by file_no, sheet_name nulls first, row_number) to '{path}'"
    )
    taken.quarantine.append(name)
    connection.execute("drop table quarantined")


# A shifted row may have a name or a certificate's number anywhere: only what looks like a figure or a date is shown.
SHOWN_SQL = r"""case
        when fault_text is null then null
        when not regexp_full_match(fault_text, '[-0-9０-９.,，/: +()（）eE%年月日时分秒元万￥\t]{1,30}')
            or (regexp_matches(fault_text, '\d{11,}') and not regexp_full_match(fault_text, '(19|20)\d{12}'))
            then '（' || length(fault_text) || ' 个字符，不显示）'
        else fault_text
    end"""
