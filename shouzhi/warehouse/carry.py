"""What a file takes over from the build before it without reading it: tables that are kept by month or year.

A copy of the former build's file loses every other table, which costs the same however many months the kept ones hold;
reading and writing them anew costs more with each month.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb


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
