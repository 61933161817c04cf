"""The benefit replay's rows in a build: one Parquet file a benefit year and month, and the public relations over them.

A file none of whose rows changed is a hard link to that of the build before. ``benefits.fct_benefit_replay``,
``fct_benefit_year`` and ``fct_benefit_step`` are views of the marts' file over ``rows.*``, so that they can be asked by
their public names wherever the build is opened.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from shouzhi.home import link
from shouzhi.warehouse.export import CHANGED_MODEL, PUBLIC_ROW_VIEWS, REPLAY_MODEL, SETTLED_MODEL, quoted_text
from shouzhi.warehouse.publish import Build

FOLDER = "benefit"
# What the views read beside the rows themselves.
REFERENCES = (
    "int_benefits__rule_set",
    "int_benefits__rule_value",
    "int_benefits__rule_text",
    "insutype",
    "benefit_text",
)


def write_replay(
    con: duckdb.DuckDBPyConnection, nodes: dict[str, dict[str, Any]], folder: Path, former: Path | None
) -> dict[str, str]:
    """Fill ``folder`` and return the query of each relation that the views read, by its name in the working file.

    ``folder`` is the build's folder of rows, ``former`` that of the build that this one started from.
    """
    target = folder / FOLDER
    target.mkdir()
    worked = nodes[REPLAY_MODEL]["relation_name"]
    made = set(year_months(con, nodes[CHANGED_MODEL]["relation_name"]))
    for year, month in year_months(con, "benefits.fct_benefit_month"):
        file = target / f"{year}_{month}.parquet"
        if (year, month) in made or former is None:
            chosen = f"benefit_year_code = {quoted_text(year)} and event_month = {quoted_text(month)}"
            write(con, f"select * from {worked} where {chosen}", file)
        else:
            link(former / FOLDER / file.name, file)
    if not any(target.iterdir()):
        write(con, f"select * from {worked} where false", target / "none.parquet")
    names = [path.name for path in sorted(target.iterdir())]
    listed = ", ".join(quoted_text(f"{{rows}}/{FOLDER}/{name}") for name in names)
    queries = {worked: f"select * from read_parquet([{listed}])"}
    settled = nodes[SETTLED_MODEL]
    queries[settled["relation_name"]] = settled["compiled_code"].replace(worked, f"({queries[worked]})")
    reference = folder / "reference"
    reference.mkdir(exist_ok=True)
    for name in REFERENCES:
        relation = nodes[name]["relation_name"]
        write(con, f"select * from {relation}", reference / f"{name}.parquet", order="all")
        queries[relation] = f"select * from read_parquet('{{rows}}/reference/{name}.parquet')"
    return queries


def write(
    con: duckdb.DuckDBPyConnection,
    query: str,
    file: Path,
    order: str = "area_code, settled_at, settlement_id",
) -> None:
    """One order of rows: the same input gives the same file."""
    con.execute(
        f"copy ({query} order by {order}) to {quoted_text(str(file))} (format parquet, compression zstd)"
    )


def year_months(con: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[str, str]]:
    return con.execute(
        f"select distinct benefit_year_code, event_month from {relation} order by all"
    ).fetchall()


def files_of(build: Build) -> list[Path]:
    """The files of the replay's rows in a finished build."""
    return sorted((build.folder / "rows" / FOLDER).glob("*.parquet"))


def name_publicly(con: duckdb.DuckDBPyConnection, relations: dict[str, str], rows_folder: Path) -> None:
    """Give the views of the replay their public names in the marts of a connection."""
    place = str(rows_folder.resolve()).replace("'", "''")
    con.execute("attach ':memory:' as rows (read_write)")
    for public, (name, _) in PUBLIC_ROW_VIEWS.items():
        con.execute(f"create view rows.{name} as {relations[name].replace('{rows}', place)}")
        con.execute(f"create or replace view marts.{public} as select * from rows.{name}")
    con.execute("detach rows")
