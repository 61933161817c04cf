"""A table of the published file is made what the working file says, at the cost of what differs.

The published file starts as a copy of the former build's. A table whose rows are the same stays as it lies. Of a table
with periods, those before the first that differs stay: rows lie by period, so that the others are its end. Rows are
compared by their hashes, which costs a small part of sorting and writing them.
"""

import shutil
from pathlib import Path
from typing import Any

import duckdb

from shouzhi.cores import ONE_CORE

# The column that puts a table in order of time: the first of these that it has.
PERIOD_COLUMNS = (
    "event_month",
    "month_code",
    "clearing_month",
    "payment_month",
    "period_end_date",
    "period_code",
)
# Deleted rows stay in the file unseen until all rows beside them are gone: a table that would be more than this part of
# such rows is written whole.
DEAD_RATIO = 0.5


def copy_tables(source: Path, target: Path) -> None:
    """Copy a DuckDB file without its views: they are named anew, over the rows of the build that has the copy."""
    shutil.copyfile(source, target)
    with duckdb.connect(str(target), config=ONE_CORE) as con:
        views = con.execute("select schema_name, view_name from duckdb_views() where not internal").fetchall()
        for schema, name in views:
            con.execute(f"drop view {schema}.{name}")


def write_whole(con: duckdb.DuckDBPyConnection, table: str, source: str) -> None:
    """``marts.<table>`` from ``source``, what may stand after ``from``, in one fixed order."""
    columns = columns_of(con, source)
    con.execute(
        f"create or replace table marts.{table} as select * from {source} order by {order_of(columns)}"
    )


def renew(con: duckdb.DuckDBPyConnection, table: str, source: str) -> None:
    """The same as ``write_whole`` where ``marts.<table>`` has the former build's rows, in the same columns and order."""
    columns = columns_of(con, source)
    period = period_of(columns)
    differing = differing_periods(con, table, source, period)
    if not differing:
        return
    first = min((each for each in differing if each is not None), default=None)
    # rows of no period lie behind all others
    is_end = f"({period} >= ? or {period} is null)"
    if period is None or is_mostly(con, table, is_end, first):
        write_whole(con, table, source)
        return
    con.execute(f"delete from marts.{table} where {is_end}", [first])
    con.execute(
        f"insert into marts.{table} select * from {source} where {is_end} order by {order_of(columns)}",
        [first],
    )


def differing_periods(
    con: duckdb.DuckDBPyConnection, table: str, source: str, period: str | None
) -> list[Any]:
    """The periods whose rows are not the same; None stands for rows of no period."""
    made, former = (
        f"(select {period or 'null'} as period, count(*) as row_count, sum(hash(hash(each))) as digest"
        f" from {side} as each group by 1)"
        for side in (source, f"marts.{table}")
    )
    found = con.execute(
        f"""
        select coalesce(made.period, former.period)
        from {made} as made
        full outer join {former} as former on made.period is not distinct from former.period
        where made.row_count is distinct from former.row_count or made.digest is distinct from former.digest
        """
    ).fetchall()
    return [each for (each,) in found]


def is_mostly(con: duckdb.DuckDBPyConnection, table: str, is_end: str, first: Any) -> bool:
    """Whether the rows that would stay in the file unseen, with the end of the table deleted, are too many."""
    staying, stored = con.execute(
        f"""
        select
            (select count(*) from marts.{table} where {is_end} is not true),
            (
                select estimated_size
                from duckdb_tables()
                where database_name = 'marts' and schema_name || '.' || table_name = ?
            )
        """,
        [first, table],
    ).fetchone() or (0, 0)
    return stored - staying > DEAD_RATIO * stored


def order_of(columns: list[str]) -> str:
    """By period, then by all columns: a period that changed takes its own place only."""
    period = period_of(columns)
    rest = [f'"{name}"' for name in columns if name != period]
    return ", ".join([*filter(None, [period]), *rest])


def period_of(columns: list[str]) -> str | None:
    return next((name for name in PERIOD_COLUMNS if name in columns), None)


def columns_of(con: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    return [name for name, *_ in con.execute(f"select * from {source} limit 0").description or []]
