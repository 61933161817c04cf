"""One batch: stage typed rows, count them, write parts and quarantine, and prove that nothing was lost."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from shouzhi.bulk_insert import insert_rows
from shouzhi.intake.cells import column_letter
from shouzhi.intake.contract import Feed
from shouzhi.intake.feeds.columns import FILE_SHIFT, SHEET_SHIFT, contract_columns, event_grain
from shouzhi.intake.feeds.file_names import file_month
from shouzhi.intake.feeds.open_quotes import OpenQuote, find_open_quote
from shouzhi.intake.feeds.pseudonym import pseudonym_sql
from shouzhi.intake.feeds.reasons import reason_of
from shouzhi.intake.feeds.stage_sql import NON_DATA, READ_MODES, read_sql, stage_sql
from shouzhi.intake.feeds.text_tables import TextTable
from shouzhi.intake.parsed import QUARANTINE_SCHEMA, Note

SAMPLE_ROWS = 20
# what a file can be the cause of; anything else is a mistake of ours
UNREADABLE_ERRORS = (duckdb.InvalidInputException, duckdb.ConversionException)
FEW_MONTHS = 6
# of a Parquet file and of DuckDB's own tables
ROW_GROUP_ROWS = 122_880
UNREADABLE = "这一行的文字或引号无法识别（编码错误、引号不成对或文件损坏），请核对该行后重新导出"
NON_DATA_SQL = "split_part(fault, ':', 1) in ('" + "', '".join(NON_DATA) + "')"


@dataclass(frozen=True)
class Member:
    """One text table of a batch, with its file."""

    file_no: int
    name: str
    digest: str
    table: TextTable


@dataclass(frozen=True)
class Batch:
    """Tables of one feed and one layout."""

    feed: Feed
    members: list[Member]
    folder: Path
    delivery_no: int
    number: int


@dataclass
class Taken:
    """What came out of a batch."""

    parts: list[dict[str, Any]] = field(default_factory=list)
    quarantine: list[str] = field(default_factory=list)
    # received and quarantined rows and yuan by file, month and area
    controls: list[pa.Table] = field(default_factory=list)
    rejected: dict[int, str] = field(default_factory=dict)
    non_data: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    samples: dict[int, pa.Table] = field(default_factory=dict)
    notes: dict[int, list[Note]] = field(default_factory=lambda: defaultdict(list))
    # (file, optional date column) -> rows in which it could not be read
    unread_dates: dict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))


def take_batch(connection: duckdb.DuckDBPyConnection, batch: Batch, cores: int) -> Taken:
    """Read a batch, writing as many parts at a time as there are ``cores``; a file that DuckDB cannot read is rejected and the rest is read without it."""
    taken = Taken()
    members = batch.members
    failure: duckdb.Error | None = None
    counts: dict[int, tuple[int, int]] = {}
    try:
        _stage(connection, batch, members)
        counts = _count_rows(connection)
    except duckdb.Error as error:
        if not _is_of_the_file(error):
            raise
        failure = error
    torn = [
        quote for index, each in enumerate(members) if (quote := _open_quote(each.table, counts.get(index)))
    ]
    if failure is None and not torn:
        _take_staged(connection, batch, counts, taken, cores)
    elif len(members) > 1:
        for index, member in enumerate(members):
            single = replace(batch, members=[member], number=batch.number + index)
            _join(taken, take_batch(connection, single, cores))
    elif torn:
        _take_torn(connection, batch, torn[0], taken, cores)
    else:
        assert failure is not None
        taken.rejected[members[0].file_no] = _unreadable(failure)
    return taken


def _take_staged(
    connection: duckdb.DuckDBPyConnection,
    batch: Batch,
    counts: dict[int, tuple[int, int]],
    taken: Taken,
    cores: int,
) -> None:
    _number_rows(connection, batch.members, counts, is_all=event_grain(batch.feed) == "all")
    taken.controls.append(_count_control(connection, batch))
    _collect_faults(connection, batch, taken)
    _write_parts(connection, batch, taken, cores)
    for name in ("staged", "batch_file", "unread_line", "fault_line", "pseudonym_map"):
        connection.execute(f"drop table if exists {name}")


def _count_rows(connection: duckdb.DuckDBPyConnection) -> dict[int, tuple[int, int]]:
    """The first row and the number of rows of each file that has any."""
    return {
        index: (first, count)
        for index, first, count in connection.execute(
            "select file_index, min(rowid), count(*) from staged group by file_index"
        ).fetchall()
    }


def _open_quote(table: TextTable, counted: tuple[int, int] | None) -> OpenQuote | None:
    """The quote that took rows into its cell, looked for where rows are fewer than lines."""
    layout = table.layout
    if not layout.has_quotes or (counted and layout.skip + counted[1] >= table.line_count):
        return None
    return find_open_quote(table.path, layout.delimiter, len(layout.header))


def _take_torn(
    connection: duckdb.DuckDBPyConnection, batch: Batch, quote: OpenQuote, taken: Taken, cores: int
) -> None:
    """Read a table with a quote that is never closed line by line, where it does without quotes; else refuse its file."""
    (member,) = batch.members
    table = member.table
    line = quote.line + table.first_line - 1
    if quote.is_habit:
        taken.rejected[member.file_no] = (
            f"第 {line} 行有引号没有成对，其后的行会并入一个单元格，请核对这一行的引号后重新导出"
        )
        return
    unquoted = replace(table, layout=replace(table.layout, has_quotes=False))
    _join(taken, take_batch(connection, replace(batch, members=[replace(member, table=unquoted)]), cores))
    text = "引号没有成对，其后的行会并入一个单元格：已改为一行一条读取，引号当作文字；请核对这一行"
    taken.notes[member.file_no].append(Note("warning", "open_quote", text, table.sheet_name, line))


def _join(taken: Taken, other: Taken) -> None:
    taken.parts.extend(other.parts)
    taken.quarantine.extend(other.quarantine)
    taken.controls.extend(other.controls)
    taken.rejected.update(other.rejected)
    taken.samples.update(other.samples)
    for file_no, notes in other.notes.items():
        taken.notes[file_no].extend(notes)
    for file_no, count in other.non_data.items():
        taken.non_data[file_no] += count
    for key, count in other.unread_dates.items():
        taken.unread_dates[key] += count


def _is_of_the_file(error: duckdb.Error) -> bool:
    """Some of the reader's own complaints come as the bare class."""
    return isinstance(error, UNREADABLE_ERRORS) or str(error).startswith("CSV Error")


def _unreadable(error: duckdb.Error) -> str:
    text = str(error)
    if "Maximum line size" in text or "max_line_size" in text:
        return "有一行过长（可能是引号不成对），无法分列，请核对引号后重新导出"
    return "文本无法按表格分列（引号或换行不规则），请在 Excel 中打开核对后另存为 CSV（UTF-8）再放入"


def _stage(connection: duckdb.DuckDBPyConnection, batch: Batch, members: list[Member]) -> None:
    layout = members[0].table.layout
    paths = [str(member.table.path) for member in members]
    failure: duckdb.Error | None = None
    for mode in READ_MODES:
        connection.execute("drop table if exists reject_errors")
        connection.execute("drop table if exists reject_scans")
        sql = stage_sql(batch.feed, layout, read_sql(paths, layout, mode), mode)
        try:
            connection.execute(f"create or replace table staged as {sql}")
        except duckdb.Error as error:
            if not _is_of_the_file(error):
                raise
            failure = error
            continue
        if mode != "strict" or not _count_rejects(connection):
            return
    assert failure is not None
    raise failure


def _count_rejects(connection: duckdb.DuckDBPyConnection) -> int:
    is_there = connection.execute(
        "select count(*) from information_schema.tables where table_name = 'reject_errors'"
    ).fetchone()
    if is_there == (0,):
        return 0
    found = connection.execute("select count(*) from reject_errors").fetchone()
    return found[0] if found else 0


def _number_rows(
    connection: duckdb.DuckDBPyConnection,
    members: list[Member],
    counts: dict[int, tuple[int, int]],
    *,
    is_all: bool,
) -> None:
    """Make ``batch_file`` (where each file's rows begin) and ``unread_line`` (what the reader had to leave out)."""
    connection.execute(
        "create or replace temp table batch_file"
        " (file_index bigint, file_no integer, file_name varchar, content_hash varchar, sheet_name varchar,"
        " first_rowid bigint, row_base bigint, first_line bigint, lines_before bigint, file_month varchar)"
    )
    connection.execute("create or replace temp table unread_line (file_index bigint, line bigint)")
    if _count_rejects(connection):
        connection.execute("insert into unread_line select distinct file_id, line from reject_errors")
    unread = dict(
        connection.execute("select file_index, count(*) from unread_line group by file_index").fetchall()
    )
    connection.execute("create or replace temp table fault_line (row_at bigint, line bigint)")
    records = []
    for index, member in enumerate(members):
        first, count = counts.get(index, (0, 0))
        table = member.table
        base = (member.file_no << FILE_SHIFT) + (table.sheet_no << SHEET_SHIFT)
        origin = (index, member.file_no, member.name, member.digest)
        month = "all" if is_all else file_month(member.name)
        before = table.first_line - 1
        records.append(
            (*origin, table.sheet_name, first, base, before + table.layout.skip + 1, before, month)
        )
        if unread.get(index) or table.line_count != table.layout.skip + count:
            _find_lines(connection, index, first, table)
    insert_rows(connection, "batch_file", records)


def _find_lines(connection: duckdb.DuckDBPyConnection, index: int, first: int, table: TextTable) -> None:
    """Where rows are not lines (line ends in cells, empty lines), a second pass finds those of faulty rows."""
    wanted = [
        row_at - first
        for (row_at,) in connection.execute(
            f"select rowid from staged where file_index = ? and fault is not null and not {NON_DATA_SQL}"
            " order by rowid",
            [index],
        ).fetchall()
    ]
    if not wanted:
        return
    skipped = {
        line
        for (line,) in connection.execute(
            "select line from unread_line where file_index = ?", [index]
        ).fetchall()
    }
    lines = [
        (first + ordinal, line + table.first_line - 1) for ordinal, line in _lines_of(table, wanted, skipped)
    ]
    insert_rows(connection, "fault_line", lines)


def _lines_of(table: TextTable, wanted: list[int], skipped: set[int]) -> Iterator[tuple[int, int]]:
    quoting = csv.QUOTE_MINIMAL if table.layout.has_quotes else csv.QUOTE_NONE
    queue = iter(wanted)
    target = next(queue, None)
    with table.path.open(encoding="utf-8", errors="replace", newline="") as stream:
        reader = csv.reader(stream, delimiter=table.layout.delimiter, quoting=quoting)
        ordinal, line = -1, 1
        for row in reader:
            started, line = line, reader.line_num + 1
            if started <= table.layout.skip or not row or started in skipped:
                continue
            ordinal += 1
            while target is not None and ordinal == target:
                yield ordinal, started
                target = next(queue, None)
            if target is None:
                return


def area_sql(feed: Feed) -> str:
    return f'"{feed.area}"' if feed.area else "cast(null as varchar)"


def control_sql(feed: Feed) -> str:
    return f'"{feed.control_amount}"' if feed.control_amount else "cast(0 as decimal(20,2))"


def _count_control(connection: duckdb.DuckDBPyConnection, batch: Batch) -> pa.Table:
    """Count received and quarantined rows and yuan from the staged text, before any Parquet is written."""
    yuan = control_sql(batch.feed)
    return connection.execute(
        f"""
with counted as (
    select
        file_index,
        event_month,
        {area_sql(batch.feed)} as admdvs,
        count(*) as received_count,
        coalesce(sum({yuan}), 0) as received_yuan,
        count(fault) as quarantined_count,
        coalesce(sum(case when fault is not null then {yuan} end), 0) as quarantined_yuan,
        count(case when fault is not null and {yuan} is null then 1 end) as unreadable_count,
    from staged
    where fault is null or not {NON_DATA_SQL}
    group by file_index, event_month, {area_sql(batch.feed)}
    union all
    select
        file_index,
        null as event_month,
        null as admdvs,
        count(*) as received_count,
        0 as received_yuan,
        count(*) as quarantined_count,
        0 as quarantined_yuan,
        count(*) as unreadable_count,
    from unread_line
    group by file_index
)

select
    batch_file.file_no,
    {MONTH_SQL} as event_month,
    counted.admdvs,
    cast(sum(received_count) as bigint) as received_count,
    sum(received_yuan) as received_yuan,
    cast(sum(received_count - quarantined_count) as bigint) as written_count,
    sum(received_yuan - quarantined_yuan) as written_yuan,
    cast(sum(quarantined_count) as bigint) as quarantined_count,
    sum(quarantined_yuan) as quarantined_yuan,
    cast(sum(unreadable_count) as bigint) as unreadable_count,
from counted
inner join batch_file on batch_file.file_index = counted.file_index
group by batch_file.file_no, {MONTH_SQL}, counted.admdvs
"""
    ).to_arrow_table()


# a row whose own month cannot be read endangers the month that its file is named for
MONTH_SQL = "coalesce(counted.event_month, batch_file.file_month)"


def _collect_faults(connection: duckdb.DuckDBPyConnection, batch: Batch, taken: Taken) -> None:
    """Count what is no data, and quarantine the faulty rows with line, column and reason."""
    members = batch.members
    for member in members:
        taken.non_data[member.file_no] += member.table.layout.skip
    for index, count in connection.execute(
        f"select file_index, count(*) from staged where fault is not null and {NON_DATA_SQL} group by file_index"
    ).fetchall():
        taken.non_data[members[index].file_no] += count
    for index, name, count in connection.execute(
        "select file_index, unread_date, count(*) from staged where unread_date is not null and fault is null"
        " group by file_index, unread_date order by file_index, unread_date"
    ).fetchall():
        taken.unread_dates[members[index].file_no, name] += count
    kinds = [
        fault
        for (fault,) in connection.execute(
            f"select distinct fault from staged where fault is not null and not {NON_DATA_SQL} order by fault"
        ).fetchall()
    ]
    has_unread = connection.execute("select count(*) from unread_line").fetchone() != (0,)
    if not kinds and not has_unread:
        return
    layout = members[0].table.layout
    connection.execute(
        "create or replace temp table fault_word"
        " (fault varchar, reason_code varchar, reason_zh varchar, column_name varchar, letter varchar)"
    )
    index = layout.index
    for fault in kinds:
        code, _, column = fault.partition(":")
        position = index.get(column)
        cell = layout.header[position].strip() if position is not None else None
        letter = column_letter(position) if position is not None else None
        connection.execute(
            "insert into fault_word values (?, ?, ?, ?, ?)",
            [fault, code, reason_of(batch.feed, fault), cell, letter],
        )
    _quarantine(connection, batch, taken)


def _quarantine(connection: duckdb.DuckDBPyConnection, batch: Batch, taken: Taken) -> None:
    has_month = "nullif(coalesce(event_month, file_month), 'all')"
    yuan = control_sql(batch.feed) if batch.feed.control_amount else "cast(null as decimal(20,2))"
    connection.execute(
        f"""
create or replace temp table quarantined as
select
    batch_file.file_no,
    cast({batch.delivery_no} as integer) as delivery_no,
    content_hash,
    file_name,
    '{batch.feed.feed}' as feed_code,
    batch_file.sheet_name,
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
    batch_file.file_no,
    cast({batch.delivery_no} as integer) as delivery_no,
    content_hash,
    file_name,
    '{batch.feed.feed}' as feed_code,
    batch_file.sheet_name,
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
    path = _made(batch.folder / name)
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


def _made(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    return str(path).replace("'", "''")


def _write_parts(connection: duckdb.DuckDBPyConnection, batch: Batch, taken: Taken, cores: int) -> None:
    """Write a month's rows in the order of their file: one part, or one for each row group of a larger month.

    A part is read off ``staged`` without a join and is one row group, so it needs no sort: of more a scan would cut row
    groups where the reader's threads happened to cut theirs. Each keeps one core busy.
    """
    feed = batch.feed
    months = connection.execute(
        "select event_month, count(*) from staged where fault is null group by event_month order by event_month"
    ).fetchall()
    _hide_persons(connection, feed)
    source, place = "staged", "rowid"
    if len(months) > FEW_MONTHS and len(batch.members) <= FEW_MONTHS:
        # months lie scattered: one sort is cheaper than one scan a month; else rows stay in the order of their file
        connection.execute(
            "create or replace table sorted as select *, rowid as row_at from staged where fault is null"
            " order by event_month, rowid"
        )
        source, place = "sorted", "row_at"
    names = ", ".join(f'"{name}"' for name in contract_columns(feed))
    bases = connection.execute(
        "select row_base + first_line - first_rowid from batch_file order by file_index"
    ).fetchall()
    listed = ", ".join(str(base) for (base,) in bases)

    def write(condition: str, path: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"copy (select {names}, event_month, cast({batch.delivery_no} as integer) as delivery_no,"
                f" [{listed}][cast(file_index as bigint) + 1] + {place} as row_id from {source}"
                f" where fault is null and {condition}) to '{path}' (format parquet, compression zstd)"
            )

    with ThreadPoolExecutor(cores) as pool:
        writing = []
        for month, cut, count in _cut(connection, source, months):
            number = f"-{batch.number}" if batch.number or cut is not None else ""
            name = f"{feed.feed}/{month}{number}{'' if cut is None else f'-{cut}'}.parquet"
            first = (cut or 0) * ROW_GROUP_ROWS
            rows = "" if cut is None else f" and rowid between {first} and {first + ROW_GROUP_ROWS - 1}"
            writing.append(pool.submit(write, f"event_month = '{month}'{rows}", _made(batch.folder / name)))
            taken.parts.append({"path": name, "event_month": month, "row_count": count})
        for each in writing:
            each.result()
    connection.execute("drop table if exists sorted")


def _cut(
    connection: duckdb.DuckDBPyConnection, source: str, months: list[tuple[str, int]]
) -> list[tuple[str, int | None, int]]:
    """Months with their rows; a month of more than one row group once for each row group of ``source`` that has some."""
    cuts: list[tuple[str, int | None, int]] = []
    for month, count in months:
        if count <= ROW_GROUP_ROWS:
            cuts.append((month, None, count))
            continue
        found = connection.execute(
            f"select rowid // {ROW_GROUP_ROWS}, count(*) from {source}"
            " where fault is null and event_month = ? group by 1 order by 1",
            [month],
        ).fetchall()
        cuts.extend((month, cut, rows) for cut, rows in found)
    return cuts


def _hide_persons(connection: duckdb.DuckDBPyConnection, feed: Feed) -> None:
    """Put pseudonyms in the place of persons: every identifier in the batch is hashed once, however often it stands."""
    # a join turned round would update rows in no order, which takes ten times as long
    connection.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
    for column in feed.columns:
        if column.privacy != "pseudonymise":
            continue
        pseudonym = pseudonym_sql("value")
        if column.privacy_unless:
            pseudonym = f"case when regexp_full_match(value, '{column.privacy_unless}') then value else {pseudonym} end"
        connection.execute(
            f"create or replace temp table pseudonym_map as select value, {pseudonym} as pseudonym"
            f' from (select distinct "{column.name}" as value from staged'
            f' where fault is null and "{column.name}" is not null), hmac_key'
        )
        hidden = connection.execute(
            f'update staged set "{column.name}" = pseudonym_map.pseudonym from pseudonym_map'
            f' where pseudonym_map.value = staged."{column.name}" and staged.fault is null'
        ).fetchone()
        given = connection.execute(
            f'select count("{column.name}") from staged where fault is null'
        ).fetchone()
        if hidden != given:
            raise AssertionError(f"{feed.feed}.{column.name}: {given} persons, {hidden} of them hidden")
    connection.execute("reset disabled_optimizers")


def prove(
    connection: duckdb.DuckDBPyConnection, feed: Feed, folder: Path, parts: list[dict[str, Any]]
) -> None:
    """Received = written + quarantined, in rows and yuan, by file, month and area: Parquet against text.

    Parts keep the order of their files, so that equal input gives equal files.
    """
    if parts:
        listed = ", ".join("'" + _made(folder / part["path"]) + "'" for part in parts)
        written = f"read_parquet([{listed}], hive_partitioning = false)"
    else:
        written = "(select null as row_id where false)"
    area = area_sql(feed) if parts else "null"
    yuan = control_sql(feed) if parts else "0"
    month = "event_month" if parts else "null"
    lost = connection.execute(
        f"""
with balance as (
    select
        file_no,
        event_month,
        admdvs,
        written_count as row_count,
        written_yuan as yuan,
    from control
    union all
    select
        cast(row_id >> {FILE_SHIFT} as integer) as file_no,
        {month} as event_month,
        {area} as admdvs,
        -count(*) as row_count,
        -coalesce(sum({yuan}), 0) as yuan,
    from {written}
    group by row_id >> {FILE_SHIFT}, {month}, {area}
)

select
    file_no,
    event_month,
    admdvs,
    sum(row_count) as lost_count,
    sum(yuan) as lost_yuan,
from balance
group by file_no, event_month, admdvs
having sum(row_count) <> 0 or sum(yuan) <> 0
limit 3
"""
    ).fetchall()
    if lost:
        raise AssertionError(f"{feed.feed}: rows or yuan lost at intake: {lost}")
    if parts:
        _prove_order(connection, feed, written)


def _prove_order(connection: duckdb.DuckDBPyConnection, feed: Feed, written: str) -> None:
    found = connection.execute(
        f"""
with neighbours as (
    select
        row_id,
        filename,
        lag(row_id) over () as row_id_before,
        lag(filename) over () as filename_before,
    from {written.replace("hive_partitioning = false", "hive_partitioning = false, filename = true")}
)

select
    filename,
    row_id,
from neighbours
where filename = filename_before and row_id <= row_id_before
limit 1
"""
    ).fetchall()
    if found:
        raise AssertionError(f"{feed.feed}: rows of a part are not in the order of their file: {found}")
