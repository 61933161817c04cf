"""What a file takes over from the build before it without reading it: tables that are kept by month.

A copy of the former build's file loses every other table, which costs the same however many months the kept ones hold;
reading and writing them anew costs more with each month.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

# The column by which aggregates are kept and, in the exported file, sorted first.
MONTH_COLUMN = "event_month"


def copy_kept(source: Path, target: Path, is_kept: Callable[[str, str], bool]) -> None:
    """Copy a DuckDB file and take out of the copy every view and every table for which ``is_kept(schema, table)`` is false."""
    shutil.copyfile(source, target)
    with duckdb.connect(str(target)) as con:
        found = con.execute(
            """
            select table_schema, table_name, table_type
            from information_schema.tables
            where table_catalog = current_database()
            order by table_schema, table_name
            """
        ).fetchall()
        con.execute("begin")
        for schema, name, kind in found:
            if kind == "VIEW":
                con.execute(f'drop view "{schema}"."{name}"')
            elif not is_kept(schema, name):
                con.execute(f'drop table "{schema}"."{name}"')
        for schema in {schema for schema, *_ in found} - {
            schema for schema, name, kind in found if kind != "VIEW" and is_kept(schema, name)
        }:
            con.execute(f'drop schema "{schema}"')
        con.execute("commit")


def monthly_tables(manifest: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    """The tables of core that dbt makes anew by month only, with the feeds under each.

    Not those that say ``reaches_back``: there a change may touch months before its own.
    """
    nodes = {**manifest["nodes"], **manifest.get("sources", {})}
    return {
        (node["schema"], node.get("alias") or node["name"]): feeds_under(nodes, unique_id)
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
        and (node.get("config") or {}).get("materialized") == "incremental"
        and node["schema"] == "core"
        and not ((node.get("config") or {}).get("meta") or {}).get("reaches_back")
    }


def feeds_under(nodes: dict[str, dict[str, Any]], unique_id: str) -> set[str]:
    """The relations of the lake that a model reads, through whatever other models."""
    found: set[str] = set()
    waiting, seen = [unique_id], {unique_id}
    while waiting:
        node = nodes.get(waiting.pop())
        if node is None:
            continue
        if node["resource_type"] == "source":
            found.add(node["name"])
        for parent in (node.get("depends_on") or {}).get("nodes") or []:
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return found


def month_order(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """By month, then by all columns: a month that changed takes its own place only."""
    columns = [name for name, *_ in con.execute(f"select * from {table} limit 0").description or []]
    return ", ".join(
        f'"{name}"' for name in [MONTH_COLUMN, *(each for each in columns if each != MONTH_COLUMN)]
    )


def take_months(con: duckdb.DuckDBPyConnection, relation: tuple[str, str], feeds: set[str]) -> None:
    """Give a table of ``marts`` the months of ``warehouse`` from the first on of which any row of its feeds changed."""
    source, target = (f"{catalog}.{'.'.join(relation)}" for catalog in ("warehouse", "marts"))
    (first,) = con.execute(
        "select min(event_month) from warehouse.lake.changed_month where list_contains(?, feed_code)",
        [sorted(feeds)],
    ).fetchone() or (None,)
    if first is not None:
        con.execute(f"delete from {target} where {MONTH_COLUMN} >= ?", [first])
        con.execute(
            f"insert into {target} select * from {source} where {MONTH_COLUMN} >= ?"
            f" order by {month_order(con, source)}",
            [first],
        )
    counted = con.execute(
        f"select (select count(*) from {source}), (select count(*) from {target})"
    ).fetchone()
    if counted is None or counted[0] != counted[1]:
        raise AssertionError(f"{target}: {counted} rows, the months before {first} are not what they were")
