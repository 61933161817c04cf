"""The parts of a feed's delivery: a month's rows as Parquet, persons by their pseudonyms, proven against the text."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb

from shouzhi.intake.contract import Feed
from shouzhi.intake.feeds.batch import Batch, Taken, area_sql, control_sql, made_path
from shouzhi.intake.feeds.columns import FILE_SHIFT, contract_columns
from shouzhi.intake.feeds.pseudonym import pseudonym_sql

FEW_MONTHS = 6
# of a Parquet file and of DuckDB's own tables
ROW_GROUP_ROWS = 122_880


def write_parts(connection: duckdb.DuckDBPyConnection, batch: Batch, taken: Taken, cores: int) -> None:
    """Write a month's rows in the order of their file: one part, or one for each row group of a larger month.

    A part is read off ``staged`` without a join and is one row group, so it needs no sort: of more a scan would cut row
    groups where the reader's threads happened to cut theirs. Each keeps one core busy.
    """
    feed = batch.feed
    months = connection.execute(
        "select event_month, cast(sum(row_count) as bigint) from staged_count where fault is null"
        " group by event_month order by event_month"
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
            writing.append(
                pool.submit(write, f"event_month = '{month}'{rows}", made_path(batch.folder / name))
            )
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
        listed = ", ".join("'" + made_path(folder / part["path"]) + "'" for part in parts)
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
