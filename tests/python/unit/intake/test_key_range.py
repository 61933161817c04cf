"""Files that can hold a key that comes again are told by their footers: never one too few."""

import random
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shouzhi.intake.feeds.key_range import files_within

INCOMING = "incoming"


@pytest.fixture
def connection():
    with duckdb.connect() as opened:
        opened.execute("create table incoming (id varchar)")
        yield opened


def written(connection: duckdb.DuckDBPyConnection, path: Path, values: list[str | None]) -> Path:
    listed = ", ".join("(null)" if value is None else f"('{value}')" for value in values)
    connection.execute(
        f"copy (select cast(id as varchar) as id from (values {listed}) as given (id)) to '{path}' (format parquet)"
    )
    return path


def give(connection: duckdb.DuckDBPyConnection, *values: str | None) -> None:
    connection.executemany("insert into incoming values (?)", [[value] for value in values])


def within(connection: duckdb.DuckDBPyConnection, files: list[Path]) -> set[Path]:
    return files_within(connection, files, ["id"], INCOMING)["id"]


def test_only_files_whose_range_holds_a_value_are_read(connection, tmp_path):
    files = [written(connection, tmp_path / f"{n}.parquet", [f"{n}10", f"{n}90"]) for n in range(1, 5)]
    assert within(connection, files) == set()
    give(connection, "210", "350", "195", "4")
    assert within(connection, files) == {files[1], files[2]}
    assert within(connection, []) == set()


def test_a_file_without_values_is_left_out_and_one_without_a_range_is_not(connection, tmp_path):
    empty = written(connection, tmp_path / "empty.parquet", [None, None])
    partly = written(connection, tmp_path / "partly.parquet", [None, "5"])
    # a footer holds only the beginning of a long value
    cut = written(connection, tmp_path / "cut.parquet", ["4" * 300])
    untold = tmp_path / "untold.parquet"
    pq.write_table(pa.table({"id": ["7"]}), untold, write_statistics=False)
    other = tmp_path / "other.parquet"
    connection.execute(f"copy (select 1 as something) to '{other}' (format parquet)")
    give(connection, None)
    assert within(connection, [empty, partly, other]) == set()
    give(connection, "5")
    files = [empty, partly, cut, untold, other]
    assert within(connection, files) == {partly, cut, untold}


def test_several_columns_are_told_from_one_reading_of_the_footers(connection, tmp_path):
    connection.execute("alter table incoming add column rid varchar")
    files = []
    for number in range(1, 4):
        files.append(tmp_path / f"{number}.parquet")
        connection.execute(f"copy (select '{number}' as id, '{9 - number}' as rid) to '{files[-1]}'")
    connection.execute("insert into incoming values ('1', '7')")
    found = files_within(connection, files, ["id", "rid"], INCOMING)
    assert found == {"id": {files[0]}, "rid": {files[1]}}


@pytest.mark.parametrize("seed", range(20))
def test_no_file_with_a_key_that_comes_again_is_left_out(connection, tmp_path, seed):
    chance = random.Random(seed)
    kept = {}
    for number in range(6):
        values = ["".join(chance.choices("019aZ药", k=chance.randint(1, 4))) for _ in range(5)]
        kept[written(connection, tmp_path / f"{number}.parquet", values)] = set(values)
    given = {"".join(chance.choices("019aZ药", k=chance.randint(1, 4))) for _ in range(4)}
    give(connection, *given)
    found = within(connection, list(kept))
    assert {path for path, values in kept.items() if values & given} <= found
