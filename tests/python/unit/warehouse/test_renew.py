"""A published file that starts from the one before it holds the same rows in the same order as one made from nothing."""

import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shouzhi.warehouse import renew
from shouzhi.warehouse.export import export_marts

MANIFEST: dict[str, Any] = {"nodes": {}, "sources": {}, "exposures": {}}
# a period (nothing for a row of no period) and its rows: area and count
Periods = dict[str | None, list[tuple[str, int | None]]]
# one table for each way to tell the time, and one that tells none
TABLES = {
    "core.agg_settlement_month": "event_month",
    "core.agg_payment_month": "payment_month",
    "fund_balance.fct_fund_balance": "period_code",
    "data_quality.fct_check_result": "period_code",
    "core.dim_area": "place",
}


def working_file(path: Path, tables: dict[str, Periods]) -> Path:
    """Tables with their periods; rows in any order, as dbt leaves them."""
    with duckdb.connect(str(path)) as con:
        for schema in ("core", "lake", "data_quality", "fund_balance", "intermediate"):
            con.execute(f"create schema {schema}")
        for table, periods in tables.items():
            con.execute(
                f"create table {table} (area_code varchar, {TABLES[table]} varchar, row_count bigint)"
            )
            rows = [
                [area, period, count]
                for period in sorted(periods, key=str, reverse=True)
                for area, count in periods[period]
            ]
            con.executemany(f"insert into {table} values (?, ?, ?)", rows)
    return path


def exported(warehouse: Path, target: Path, former: Path | None = None) -> dict[str, int]:
    target.parent.mkdir()
    found = {"area_code": "gx", "row_count": warehouse.stat().st_ino}
    return export_marts(
        warehouse, target, MANIFEST, {"build_id": warehouse.stem}, lambda: [found], [], former
    )


def content(path: Path) -> dict[str, list[Any]]:
    with duckdb.connect(str(path), read_only=True) as con:
        tables = con.execute(
            "select table_schema || '.' || table_name from information_schema.tables order by 1"
        ).fetchall()
        return {table: con.execute(f"select * from {table}").fetchall() for (table,) in tables}


def stored_rows(path: Path, table: str) -> int:
    """Rows in the file, deleted ones that still lie there among them."""
    with duckdb.connect(str(path), read_only=True) as con:
        found = con.execute(
            "select estimated_size from duckdb_tables() where schema_name || '.' || table_name = ?", [table]
        ).fetchone()
    assert found is not None
    return found[0]


@pytest.mark.parametrize("seed", range(6))
def test_any_change_gives_what_writing_everything_gives(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)

    def rows() -> list[tuple[str, int | None]]:
        return [(chance.choice("abc"), chance.choice([None, *range(9)])) for _ in range(chance.randint(1, 4))]

    def changed(periods: Periods) -> Periods:
        made = {each: list(periods[each]) for each in periods}
        for _ in range(chance.randint(0, 2)):
            period = chance.choice([None, *(f"2024{number:02d}" for number in range(1, 9))])
            match chance.choice(["new", "gone", "swapped", "doubled"]):
                case "new":
                    made[period] = rows()
                case "gone":
                    made.pop(period, None)
                case "swapped" if len(made.get(period, [])) > 1:
                    (area, count), (other, number), *rest = made[period]
                    made[period] = [(area, number), (other, count), *rest]
                case "doubled" if period in made:
                    made[period] = made[period] * 2
        return made

    tables: dict[str, Periods] = {
        table: {
            each: rows()
            for each in (None, *(f"2024{number:02d}" for number in range(1, chance.randint(3, 8))))
        }
        for table in TABLES
    }
    former = None
    for number in range(4):
        tables = {table: changed(periods) for table, periods in tables.items()}
        warehouse = working_file(tmp_path / f"w{number}.duckdb", tables)
        made, whole = (tmp_path / f"{number}{kind}" / "marts.duckdb" for kind in ("", "whole"))
        assert exported(warehouse, made, former) == exported(warehouse, whole)
        assert content(made) == content(whole)
        former = made


def test_what_did_not_change_stays_and_only_the_end_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, other = "core.agg_settlement_month", "core.dim_area"
    months: Periods = {f"2024{number:02d}": [("a", 1), ("b", 2)] for number in range(1, 9)}
    places: Periods = {"p": [("a", 1)]}
    exported(
        working_file(tmp_path / "w1.duckdb", {table: months, other: places}), tmp_path / "1/marts.duckdb"
    )
    months["202407"] = [("a", 5)]
    second = working_file(tmp_path / "w2.duckdb", {table: months, other: places})
    monkeypatch.setattr(renew, "write_whole", None)
    exported(second, tmp_path / "2/marts.duckdb", tmp_path / "1/marts.duckdb")
    assert content(tmp_path / "2/marts.duckdb")[table] == [
        (area, month, count) for month in sorted(map(str, months)) for area, count in months[month]
    ]


def test_deleted_rows_do_not_pile_up(tmp_path: Path) -> None:
    table = "core.agg_settlement_month"
    former = None
    for number in range(12):
        months: Periods = {
            f"2024{month:02d}": [("a", month + number * (month > 6))] for month in range(1, 10)
        }
        made = tmp_path / str(number) / "marts.duckdb"
        exported(working_file(tmp_path / f"w{number}.duckdb", {table: months}), made, former)
        assert len(content(made)[table]) == 9
        assert stored_rows(made, table) <= 18
        former = made


def test_a_former_file_with_views_over_rows_that_are_not_there_can_be_started_from(tmp_path: Path) -> None:
    tables: dict[str, Periods] = {"core.dim_area": {"p": [("a", 1)]}}
    warehouse = working_file(tmp_path / "w.duckdb", tables)
    exported(warehouse, tmp_path / "1/marts.duckdb")
    with duckdb.connect(str(tmp_path / "1/marts.duckdb")) as con:
        con.execute("attach ':memory:' as rows")
        con.execute("create view rows.replay as select 1 as i")
        con.execute("create view core.fct_v as select * from rows.replay")
    exported(warehouse, tmp_path / "2/marts.duckdb", tmp_path / "1/marts.duckdb")
    assert "core.fct_v" not in content(tmp_path / "2/marts.duckdb")
