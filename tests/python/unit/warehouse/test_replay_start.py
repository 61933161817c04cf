"""What a run knows of the replay of the build before: which rows came or went since, and whether they can be told at all."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shouzhi.intake import lake
from shouzhi.warehouse import publish, replay_start

Row = tuple[int, str, str, str, str | None]


def write_rows(path: Path, delivery_no: int, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    listed = ", ".join(str((delivery_no, *row)).replace("None", "null") for row in rows)
    columns = "(delivery_no, row_id, setl_id, psn_no, event_month, init_setl_id)"
    with duckdb.connect() as con:
        con.execute(f"copy (select * from (values {listed}) as t {columns}) to '{path}'")


def entry(
    root: Path, delivery_no: int, parts: dict[str, list[Row]], gone: list[tuple[int, int, str]]
) -> dict[str, Any]:
    """One delivery of settlements with its manifest entry; ``gone`` are the rows that give way to it."""
    folder = f"setl_d/delivery={delivery_no:06d}"
    for month, rows in parts.items():
        write_rows(root / folder / f"{month}.parquet", delivery_no, rows)
    if gone:
        listed = ", ".join(f"({number}, {row_id}, '{month}')" for number, row_id, month in gone)
        with duckdb.connect() as con:
            con.execute(
                "copy (select *, cast(null as varchar) as admdvs, cast(0 as decimal(20, 2)) as control_yuan"
                f" from (values {listed}) as t (delivery_no, row_id, event_month))"
                f" to '{root / folder / 'superseded.parquet'}'"
            )
    made = {
        "delivery_no": delivery_no,
        "files": [
            {
                **dict.fromkeys([*lake.FILE_COLUMNS, "notes"]),
                "content_hash": f"hash{delivery_no}",
                "feed_code": "setl_d",
                "file_name": f"{delivery_no}.csv",
                "file_no": 1,
                "notes": [],
            }
        ],
        "parts": {},
        "feeds": {
            "setl_d": {
                "parts": [
                    {"path": f"{folder}/{month}.parquet", "event_month": month, "row_count": len(rows)}
                    for month, rows in parts.items()
                ],
                "superseded": {
                    "path": f"{folder}/superseded.parquet",
                    "months": [[number, month, 1] for number, _, month in gone],
                }
                if gone
                else None,
                "control": None,
                "quarantine": [],
                "content": f"content{delivery_no}",
            }
        },
    }
    lake.manifest_folder(root).mkdir(exist_ok=True)
    (lake.manifest_folder(root) / f"{delivery_no:06d}.json").write_text(json.dumps(made), encoding="utf-8")
    return made


def former_build(folder: Path, hashes: list[str], *, has_rows: bool = True) -> publish.Build:
    rows = folder / "rows" / "benefit"
    rows.mkdir(parents=True)
    if has_rows:
        with duckdb.connect() as con:
            con.execute(f"copy (select 'A' as settlement_id) to '{rows / '2023_202312.parquet'}'")
    inputs = [{"delivery_no": number, "content_hash": each} for number, each in enumerate(hashes, start=1)]
    return publish.Build("b1", folder, {"inputs": inputs})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "lake"
    root.mkdir()
    entry(root, 1, {"202312": [(1, "A", "P1", "202312", None), (2, "B", "P2", "202312", None)]}, [])
    later = {"202401": [(1, "C", "P3", "202401", "A")], "202402": [(2, "B", "P4", "202402", None)]}
    entry(root, 2, later, [(1, 2, "202312")])
    return root


def started(root: Path, former: publish.Build | None) -> dict[str, list[tuple[Any, ...]]]:
    with duckdb.connect() as con:
        con.execute("create schema lake")
        con.execute("create table lake.changed_bill as select 'left over' as settlement_id")
        lake.register(con, root)
        replay_start.start_replay(con, root, former)
        names = con.execute(
            "select table_name from information_schema.tables where table_schema = 'lake'"
        ).fetchall()
        chosen = {
            "former_replay": "settlement_id",
            "changed_settlement": "settlement_id, original_settlement_id, person_key, event_month",
            "changed_bill": "settlement_id",
        }
        return {
            name: con.execute(f"select {chosen[name]} from lake.{name} order by all").fetchall()
            for (name,) in names
            if name in chosen
        }


def test_what_came_and_what_gave_way_is_named_with_what_it_was(root: Path, tmp_path: Path) -> None:
    """A correction that takes a settlement to another month and person: both versions, and not the row left alone."""
    assert started(root, former_build(tmp_path / "b1", ["hash1"])) == {
        "former_replay": [("A",)],
        "changed_settlement": [
            ("B", None, "P2", "202312"),
            ("B", None, "P4", "202402"),
            ("C", "A", "P3", "202401"),
        ],
        "changed_bill": [],
    }


def test_nothing_changed_since_the_newest_delivery(root: Path, tmp_path: Path) -> None:
    found = started(root, former_build(tmp_path / "b1", ["hash1", "hash2"]))
    assert found == {"former_replay": [("A",)], "changed_settlement": [], "changed_bill": []}


@pytest.mark.parametrize("hashes", [["other"], ["hash1", "other"], ["hash1", "hash2", "hash3"]])
def test_a_lake_that_is_not_the_former_one_continued_starts_from_nothing(
    root: Path, tmp_path: Path, hashes: list[str]
) -> None:
    assert started(root, former_build(tmp_path / "b1", hashes)) == {}


def test_without_a_build_or_its_rows_everything_is_worked_out(root: Path, tmp_path: Path) -> None:
    assert started(root, None) == {}
    assert started(root, former_build(tmp_path / "b1", ["hash1"], has_rows=False)) == {}
