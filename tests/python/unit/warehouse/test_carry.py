"""A build that starts from the one before it holds the same rows in the same order as one made from nothing."""

import random
from pathlib import Path

import duckdb
import pytest

from shouzhi.warehouse import carry
from shouzhi.warehouse.export import export_marts

FEEDS = ("setl_d", "staf_psn_clct_detl_d")


def node(name: str, kind: str, *parents: str) -> dict:
    return {
        "name": name, "alias": name, "schema": "core", "resource_type": "model", "fqn": ["shouzhi", "core", name],
        "config": {"materialized": kind}, "depends_on": {"nodes": list(parents)}, "columns": {},
    }  # fmt: skip


def source(name: str) -> dict:
    return {
        "name": name, "schema": "lake", "identifier": name, "resource_type": "source", "config": {}, "columns": {},
        "fqn": ["shouzhi", "lake", name],
    }  # fmt: skip


MANIFEST = {
    "nodes": {
        "fct": node("fct_settlement", "view", "setl_d"),
        "agg": node("agg_settlement_month", "incremental", "fct"),
        "whole": node("agg_payment_month", "table", "setl_d"),
        "paid": node("agg_contribution_month", "incremental", "staf_psn_clct_detl_d"),
    },
    "sources": {name: source(name) for name in FEEDS},
    "exposures": {},
}
Months = dict[str, list[tuple[str, int]]]


def working_file(path: Path, tables: dict[str, Months], changed: list[tuple[str, str]]) -> Path:
    """Tables with their months; months in any order, as dbt leaves them."""
    with duckdb.connect(str(path)) as con:
        for schema in ("core", "lake", "data_quality", "intermediate"):
            con.execute(f"create schema {schema}")
        con.execute("create table lake.changed_month (feed_code varchar, event_month varchar)")
        for each in changed:
            con.execute("insert into lake.changed_month values (?, ?)", each)
        for table, months in tables.items():
            con.execute(
                f"create table core.{table} (area_code varchar, event_month varchar, row_count bigint)"
            )
            for month in sorted(months, reverse=True):
                for area, count in months[month]:
                    con.execute(f"insert into core.{table} values (?, ?, ?)", [area, month, count])
        con.execute("create table core.dim_area as select 'a' as area_code")
    return path


def exported(warehouse: Path, target: Path, former: Path | None = None) -> dict[str, int]:
    return export_marts(warehouse, target, MANIFEST, {"build_id": "b"}, [], [], former)


def content(path: Path) -> dict[str, list]:
    with duckdb.connect(str(path), read_only=True) as con:
        tables = con.execute(
            "select table_schema || '.' || table_name from information_schema.tables order by 1"
        ).fetchall()
        return {table: con.execute(f"select * from {table}").fetchall() for (table,) in tables}


@pytest.mark.parametrize("seed", range(8))
def test_months_that_did_not_change_are_taken_over_and_the_rest_written_in_order(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)

    def month() -> list[tuple[str, int]]:
        return [(chance.choice("abc"), chance.randint(0, 9)) for _ in range(chance.randint(1, 4))]

    before = {
        table: {f"2024{number:02d}": month() for number in range(1, 7)}
        for table in ("agg_settlement_month", "agg_payment_month", "agg_contribution_month")
    }
    first = working_file(tmp_path / "w1.duckdb", before, [])
    (tmp_path / "1").mkdir()
    exported(first, tmp_path / "1" / "marts.duckdb")
    now = {table: dict(months) for table, months in before.items()}
    touched = chance.sample([f"2024{number:02d}" for number in range(1, 9)], 2)
    for each in touched:
        now["agg_settlement_month"][each] = month()
    now["agg_settlement_month"].pop("202406", None)
    # what is no month of these feeds may be whatever it is now
    now["agg_payment_month"] = {"202401": month()}
    changed = [("setl_d", each) for each in (*touched, "202406")] + [("psn_info_b", "200001")]
    second = working_file(tmp_path / "w2.duckdb", now, changed)
    for folder in ("2", "3"):
        (tmp_path / folder).mkdir()
    counts = exported(second, tmp_path / "2" / "marts.duckdb", tmp_path / "1" / "marts.duckdb")
    assert counts == exported(second, tmp_path / "3" / "marts.duckdb")
    assert content(tmp_path / "2" / "marts.duckdb") == content(tmp_path / "3" / "marts.duckdb")


def test_a_month_that_is_not_what_it_was_stops_the_export(tmp_path: Path) -> None:
    tables = {"agg_settlement_month": {"202401": [("a", 1)], "202402": [("a", 2)]}}
    for folder in ("1", "2"):
        (tmp_path / folder).mkdir()
    exported(working_file(tmp_path / "w1.duckdb", tables, []), tmp_path / "1" / "marts.duckdb")
    tables["agg_settlement_month"]["202401"] = []
    second = working_file(tmp_path / "w2.duckdb", tables, [("setl_d", "202402")])
    with pytest.raises(AssertionError, match="agg_settlement_month"):
        exported(second, tmp_path / "2" / "marts.duckdb", tmp_path / "1" / "marts.duckdb")


def test_a_copy_holds_the_kept_tables_alone(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "a.duckdb")) as con:
        for schema in ("core", "benefits", "gone"):
            con.execute(f"create schema {schema}")
        con.execute("create table core.agg_t as select range as i from range(3)")
        con.execute("create table core.dim_t as select 1 as i")
        con.execute("create table gone.fct_t as select 1 as i")
        con.execute("attach ':memory:' as rows")
        con.execute("create view rows.replay as select 1 as i")
        con.execute("create view benefits.fct_v as select * from rows.replay")
    carry.copy_kept(tmp_path / "a.duckdb", tmp_path / "b.duckdb", lambda _, table: table == "agg_t")
    assert content(tmp_path / "b.duckdb") == {"core.agg_t": [(0,), (1,), (2,)]}
    with duckdb.connect(str(tmp_path / "b.duckdb"), read_only=True) as con:
        schemas = con.execute(
            "select schema_name from duckdb_schemas() where database_name = 'b' and not internal"
        ).fetchall()
    assert ("gone",) not in schemas and ("benefits",) not in schemas


def test_the_feeds_under_a_model_are_found_through_other_models() -> None:
    assert carry.monthly_tables(MANIFEST) == {
        ("core", "agg_settlement_month"): {"setl_d"},
        ("core", "agg_contribution_month"): {"staf_psn_clct_detl_d"},
    }


def test_what_reaches_back_is_written_whole() -> None:
    """A change in one month may touch months before it: nothing of such a table is taken over into the exported file."""
    reaching = node("agg_reversal_check_month", "incremental", "fct")
    reaching["config"]["meta"] = {"reaches_back": True}
    manifest = MANIFEST | {"nodes": MANIFEST["nodes"] | {"reaching": reaching}}
    assert carry.monthly_tables(manifest) == carry.monthly_tables(MANIFEST)
