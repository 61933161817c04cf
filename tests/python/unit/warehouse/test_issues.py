"""What is open in a build is decided by all that it holds, not by its last delivery."""

from collections.abc import Iterator

import duckdb
import pytest

from shouzhi.warehouse.issues import Issues, read_issues

Batch = tuple[str, str, int, str]
Quarantined = tuple[str, str, int, int, str | None]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        for sql in (
            "create schema core",
            "create schema data_quality",
            "create table core.dim_area as select '150300' as area_code, '乌海市' as area_name, 1 as sort_order",
            "create table core.dim_fund as select '310100' as fund_code, '职工统筹' as fund_short_name, 1 as sort_order",
            "create table data_quality.fct_hold (area_code varchar, fund_code varchar, period_type varchar, "
            "period_code varchar, check_id varchar, reason varchar)",
            "create table data_quality.fct_check_result (check_id varchar, check_name varchar, status varchar, "
            "kind varchar, violated_count bigint)",
            "create table data_quality.fct_intake_batch (file_name varchar, content_hash varchar, "
            "delivery_no integer, status_code varchar, first_reason varchar)",
            "create table data_quality.fct_quarantine (file_name varchar, content_hash varchar, "
            "delivery_no integer, quarantine_no integer, settled_code varchar, cell_ref varchar, reason_zh varchar)",
        ):
            con.execute(sql)
        yield con


def fill(con: duckdb.DuckDBPyConnection, batches: list[Batch], rows: list[Quarantined]) -> None:
    con.executemany("insert into data_quality.fct_intake_batch values (?, ?, ?, ?, '原因')", batches)
    if rows:
        con.executemany(
            "insert into data_quality.fct_quarantine values (?, ?, ?, ?, ?, 'A2', '不能用')", rows
        )


DIRTY = ("a.csv", "h1", 1, "loaded")
BROKEN = ("b.xlsx", "h2", 1, "rejected")


def quarantined(*settled: str | None) -> list[Quarantined]:
    """Rows of the file above, each with what settled it; what does is tested with the model, in pipeline/."""
    return [("a.csv", "h1", 1, number, code) for number, code in enumerate(settled, start=1)]


@pytest.mark.parametrize(
    ("batches", "rows", "expected"),
    [
        # A later delivery of something else settles nothing.
        ([DIRTY, BROKEN, ("c.csv", "h3", 2, "loaded")], quarantined(None, None), (1, 2)),
        # Settled rows do not count, whatever settled them.
        ([DIRTY], quarantined(None, "delivered_again", "dismissed"), (0, 1)),
        ([DIRTY], quarantined("delivered_again"), (0, 0)),
        # A refused file came again under its name.
        ([BROKEN, ("b.xlsx", "h5", 2, "loaded")], [], (0, 0)),
        # Refused twice is one file; a refused replacement leaves the rows of the former file open.
        ([BROKEN, ("b.xlsx", "h6", 2, "rejected")], [], (1, 0)),
        ([DIRTY, ("a.csv", "h7", 2, "rejected")], quarantined(None), (1, 1)),
        # The very content could be read later, under another name.
        ([BROKEN, ("d.xlsx", "h2", 2, "loaded")], [], (0, 0)),
    ],
)
def test_what_is_still_open(
    con: duckdb.DuckDBPyConnection, batches: list[Batch], rows: list[Quarantined], expected: tuple[int, int]
) -> None:
    fill(con, batches, rows)
    counted = read_issues(con).counted
    assert counted == Issues(*expected, 0)
    assert counted.exit_code == int(any(expected))


def test_the_first_open_row_of_a_file_is_told(con: duckdb.DuckDBPyConnection) -> None:
    fill(con, [DIRTY], quarantined("delivered_again", None, None))
    (file,) = read_issues(con).files
    assert (file.file_name, file.is_rejected, file.quarantined_rows) == ("a.csv", False, 2)
    assert file.first_reason == "A2：不能用"


def test_the_first_three_holds_are_named(con: duckdb.DuckDBPyConnection) -> None:
    holds = [("150300", "310100", "month", f"20240{month}", "D01", "两份不一致") for month in range(1, 6)]
    con.executemany("insert into data_quality.fct_hold values (?, ?, ?, ?, ?, ?)", holds)
    found = read_issues(con)
    assert found.counted == Issues(0, 0, 5)
    assert found.holds_named == (
        "乌海市 职工统筹 202405（两份不一致）；乌海市 职工统筹 202404（两份不一致）；"
        "乌海市 职工统筹 202403（两份不一致）；等 5 处"
    )


def test_failed_checks_that_hold_nothing_are_named(con: duckdb.DuckDBPyConnection) -> None:
    results = [
        ("C01", "重复缴费", "fail", "statement", 3),
        ("C01", "重复缴费", "fail", "statement", 4),
        ("C02", "缴费基数", "pass", "statement", 0),
        ("D01", "两份不一致", "fail", "statement", 1),
        ("GX-A01", "断言", "fail", "expectation", 9),
    ]
    con.executemany("insert into data_quality.fct_check_result values (?, ?, ?, ?, ?)", results)
    hold = ("150300", "310100", "month", "202401", "D01", "两份不一致")
    con.execute("insert into data_quality.fct_hold values (?, ?, ?, ?, ?, ?)", hold)
    assert read_issues(con).unheld == ("C01 重复缴费（7 处）",)
