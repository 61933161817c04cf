"""One batch taken: stage typed rows, count them, write parts and quarantine."""

import csv
from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pyarrow as pa

from shouzhi.bulk_insert import insert_rows
from shouzhi.intake.feeds.batch import NON_DATA_SQL, Batch, Member, Taken, area_sql, control_sql
from shouzhi.intake.feeds.columns import FILE_SHIFT, SHEET_SHIFT, event_grain
from shouzhi.intake.feeds.faults import collect_faults
from shouzhi.intake.feeds.file_names import file_month
from shouzhi.intake.feeds.open_quotes import OpenQuote, find_open_quote
from shouzhi.intake.feeds.parts import write_parts
from shouzhi.intake.feeds.stage_sql import READ_MODES, counted_sql, read_sql, stage_sql
from shouzhi.intake.feeds.text_tables import TextTable
from shouzhi.intake.parsed import Note

# what a file can be the cause of; anything else is a mistake of ours
UNREADABLE_ERRORS = (duckdb.InvalidInputException, duckdb.ConversionException)


def take_batch(connection: duckdb.DuckDBPyConnection, batch: Batch, cores: int) -> Taken:
    """Read a batch, writing as many parts at a time as there are ``cores``.

    A file that DuckDB cannot read is rejected, and the rest is read without it.
    """
    taken = Taken()
    members = batch.members
    failure: duckdb.Error | None = None
    counts: dict[int, tuple[int, int]] = {}
    reject_count = 0
    try:
        reject_count = _stage(connection, batch, members)
        counts = _count_rows(connection, batch)
    except duckdb.Error as error:
        if not _is_of_the_file(error):
            raise
        failure = error
    torn = [
        quote for index, each in enumerate(members) if (quote := _open_quote(each.table, counts.get(index)))
    ]
    if failure is None and not torn:
        _take_staged(connection, batch, counts, reject_count, taken, cores)
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
    reject_count: int,
    taken: Taken,
    cores: int,
) -> None:
    unread = _number_rows(
        connection, batch.members, counts, reject_count, is_all=event_grain(batch.feed) == "all"
    )
    taken.controls.append(_count_control(connection))
    collect_faults(connection, batch, taken, has_unread=bool(unread))
    write_parts(connection, batch, taken, cores)
    made = ("staged", "staged_count", "batch_file", "unread_line", "fault_line", "pseudonym_map")
    connection.execute("; ".join(f"drop table if exists {name}" for name in made))


def _count_rows(connection: duckdb.DuckDBPyConnection, batch: Batch) -> dict[int, tuple[int, int]]:
    """Count ``staged`` once, as ``staged_count``; return the first row and the number of rows of each file that has any."""
    yuan, area = control_sql(batch.feed), area_sql(batch.feed)
    connection.execute(
        f"""
create or replace temp table staged_count as
select
    file_index,
    event_month,
    {area} as admdvs,
    fault,
    noted,
    min(rowid) as first_rowid,
    count(*) as row_count,
    coalesce(sum({yuan}), 0) as yuan,
    count(*) - count({yuan}) as no_yuan_count,
from staged
group by file_index, event_month, {area}, fault, noted
"""
    )
    return {
        index: (first, int(count))
        for index, first, count in connection.execute(
            "select file_index, min(first_rowid), sum(row_count) from staged_count group by file_index"
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
    for key, count in other.noted.items():
        taken.noted[key] += count


def _is_of_the_file(error: duckdb.Error) -> bool:
    """Some of the reader's own complaints come as the bare class."""
    return isinstance(error, UNREADABLE_ERRORS) or str(error).startswith("CSV Error")


def _unreadable(error: duckdb.Error) -> str:
    text = str(error)
    if "Maximum line size" in text or "max_line_size" in text:
        return "有一行过长（可能是引号不成对），无法分列，请核对引号后重新导出"
    return "文本无法按表格分列（引号或换行不规则），请在 Excel 中打开核对后另存为 CSV（UTF-8）再放入"


def _stage(connection: duckdb.DuckDBPyConnection, batch: Batch, members: list[Member]) -> int:
    """Make ``staged``; return how many complaints about lines the reader keeps in ``reject_errors``."""
    layout = members[0].table.layout
    paths = [str(member.table.path) for member in members]
    failure: duckdb.Error | None = None
    for mode in READ_MODES:
        connection.execute("drop table if exists reject_errors; drop table if exists reject_scans")
        source = read_sql(paths, layout, mode)
        try:
            if mode != "strict":
                # a table of its own: to plan what each cell says into all that is asked of it takes seconds
                connection.execute(f"create or replace table padded as {counted_sql(layout, source)}")
                source = "padded"
            connection.execute(
                f"create or replace table staged as {stage_sql(batch.feed, layout, source, mode)}"
            )
            connection.execute("drop table if exists padded")
        except duckdb.Error as error:
            if not _is_of_the_file(error):
                raise
            failure = error
            continue
        (reject_count,) = connection.execute("select count(*) from reject_errors").fetchone() or (0,)
        if mode != "strict" or not reject_count:
            return reject_count
    assert failure is not None
    raise failure


def _number_rows(
    connection: duckdb.DuckDBPyConnection,
    members: list[Member],
    counts: dict[int, tuple[int, int]],
    reject_count: int,
    *,
    is_all: bool,
) -> set[int]:
    """Make ``batch_file`` (where each file's rows begin) and ``unread_line`` (what the reader had to leave out).

    Return the files of which a line was left out.
    """
    connection.execute(
        "create or replace temp table batch_file"
        " (file_index bigint, file_no integer, file_name varchar, content_hash varchar, sheet_name varchar,"
        " first_rowid bigint, row_base bigint, first_line bigint, lines_before bigint, file_month varchar);"
        " create or replace temp table unread_line (file_index bigint, line bigint);"
        " create or replace temp table fault_line (row_at bigint, line bigint)"
    )
    unread: set[int] = set()
    if reject_count:
        connection.execute("insert into unread_line select distinct file_id, line from reject_errors")
        found = connection.execute("select distinct file_index from unread_line").fetchall()
        unread = {index for (index,) in found}
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
        if index in unread or table.line_count != table.layout.skip + count:
            _find_lines(connection, index, first, table)
    insert_rows(connection, "batch_file", records)
    return unread


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


def _count_control(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Count received and quarantined rows and yuan from the staged text, before any Parquet is written."""
    return connection.execute(
        f"""
with counted as (
    select
        file_index,
        event_month,
        admdvs,
        sum(row_count) as received_count,
        sum(yuan) as received_yuan,
        sum(case when fault is null then 0 else row_count end) as quarantined_count,
        sum(case when fault is null then 0 else yuan end) as quarantined_yuan,
        sum(case when fault is null then 0 else no_yuan_count end) as unreadable_count,
    from staged_count
    where fault is null or not {NON_DATA_SQL}
    group by file_index, event_month, admdvs
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
