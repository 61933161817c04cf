"""Dirty extracts through the command line: nothing is lost, nothing is guessed, every reason is said.

What each file holds stands in tests/fixtures/build_dirty.py; what it must come to was counted there by hand.
"""

import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.pipeline

DIRTY = Path(__file__).resolve().parents[2] / "fixtures" / "dirty"

# file: received data rows, loaded rows, superseded rows, quarantined rows, received yuan, encoding family
FIRST_DELIVERY = {
    "fund_statement_2023_包头市.csv": (5, 5, 0, 0, "12000001.00", "gb18030"),
    "fund_statement_2023_乌海市.txt": (4, 4, 0, 0, "210.00", "utf-16"),
    "fund_statement_2023_赤峰市.csv": (4, 4, 0, 0, "600000.00", "utf-8"),
    "fund_statement_2023_通辽市.csv": (2, 2, 0, 0, "14.00", "gb18030"),
    "fund_statement_2023_鄂尔多斯市.xlsx": (4, 4, 0, 0, "6015000.00", ""),
    "fund_statement_2023_呼伦贝尔市.csv": (6, 3, 0, 3, "94.00", "utf-8"),
    "fund_statement_2023_某外省市.csv": (3, 3, 0, 0, "100.00", "utf-8"),
}
REJECTED = {
    "fund_statement_2023_坏文件.xlsx",
    "fund_statement_2023_缺金额列.csv",
    "fund_statement_2023_空文件.csv",
    "通讯录.csv",  # its name says no feed: told to the user and recorded, not read
}


def query(home: Path, sql: str) -> list[dict]:
    build = (home / "CURRENT").read_text(encoding="utf-8").strip()
    with duckdb.connect(str(home / "builds" / build / "marts.duckdb"), read_only=True) as connection:
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture(scope="module")
def first_home(tmp_path_factory: pytest.TempPathFactory, shouzhi: Callable) -> tuple[Path, object]:
    home = tmp_path_factory.mktemp("dirty") / "home"
    return home, shouzhi("run", DIRTY / "first", "--home", home)


@pytest.fixture(scope="module")
def batches(first_home: tuple[Path, object]) -> dict[str, dict]:
    rows = query(first_home[0], "select * from data_quality.fct_intake_batch")
    return {Path(row["file_name"]).name: row for row in rows}


def test_check_names_file_column_and_row(shouzhi: Callable) -> None:
    result = shouzhi("check", DIRTY / "first")
    assert result.returncode == 1, result.stdout + result.stderr
    for name in (*REJECTED, "fund_statement_2023_呼伦贝尔市.csv"):
        assert name in result.stdout
    assert "金额" in result.stdout
    assert "202313" in result.stdout
    assert "待定" in result.stdout
    assert "Traceback" not in result.stdout + result.stderr


def test_check_of_a_clean_folder_is_silent_success(shouzhi: Callable, tmp_path: Path) -> None:
    shutil.copy(DIRTY / "first" / "fund_statement_2023_乌海市.txt", tmp_path)
    assert shouzhi("check", tmp_path).returncode == 0


def test_check_of_a_folder_that_is_not_there(shouzhi: Callable, tmp_path: Path) -> None:
    result = shouzhi("check", tmp_path / "没有")
    assert result.returncode == 2
    assert "没有" in result.stderr + result.stdout


def test_run_publishes_what_is_good(first_home: tuple[Path, object]) -> None:
    result = first_home[1]
    assert result.returncode == 1, result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert (first_home[0] / "CURRENT").is_file()
    for name in (*REJECTED, "fund_statement_2023_呼伦贝尔市.csv"):
        assert name in result.stdout


def test_same_content_twice_is_one_file(batches: dict[str, dict]) -> None:
    assert set(batches) == {*FIRST_DELIVERY, *REJECTED}


@pytest.mark.parametrize("name", FIRST_DELIVERY)
def test_rows_and_yuan_of_a_file(batches: dict[str, dict], name: str) -> None:
    received, loaded, superseded, quarantined, yuan, encoding = FIRST_DELIVERY[name]
    batch = batches[name]
    counted = tuple(batch[f"{part}_rows"] for part in ("received", "loaded", "superseded", "quarantined"))
    assert counted == (received, loaded, superseded, quarantined)
    assert batch["received_yuan"] == Decimal(yuan)
    assert (
        batch["received_yuan"] == batch["loaded_yuan"] + batch["superseded_yuan"] + batch["quarantined_yuan"]
    )
    assert (batch["encoding_code"] or "").lower().startswith(encoding)


@pytest.mark.parametrize("name", sorted(REJECTED))
def test_rejected_file_has_a_reason(batches: dict[str, dict], name: str) -> None:
    assert batches[name]["status_code"] == "rejected"
    assert batches[name]["loaded_rows"] == 0
    assert batches[name]["first_reason"]


def test_unreadable_amount_is_counted_not_taken_for_zero(batches: dict[str, dict]) -> None:
    batch = batches["fund_statement_2023_呼伦贝尔市.csv"]
    assert batch["unreadable_amount_rows"] == 1
    assert (batch["loaded_yuan"], batch["quarantined_yuan"]) == (Decimal("82.00"), Decimal("12.00"))


def test_quarantine_names_cell_and_text(first_home: tuple[Path, object]) -> None:
    rows = query(
        first_home[0], "select row_number, reason_zh, raw_text from data_quality.fct_quarantine order by 1"
    )
    assert [row["row_number"] for row in rows] == [3, 4, 5]
    assert all(row["reason_zh"] for row in rows)
    assert "202313" in rows[0]["raw_text"] + rows[0]["reason_zh"]
    assert "待定" in rows[1]["raw_text"] + rows[1]["reason_zh"]


def test_clutter_does_not_change_the_money(first_home: tuple[Path, object]) -> None:
    (row,) = query(
        first_home[0],
        "select * from fund_balance.fct_fund_balance where area_code = '150200' and statement_code = 'final'",
    )
    assert (row["opening_yuan"], row["income_yuan"]) == (Decimal("1000000.00"), Decimal("5000000.50"))
    assert (row["expenditure_yuan"], row["closing_yuan"]) == (Decimal("4500000.25"), Decimal("1500000.25"))
    assert row["difference_class"] == "none"


def test_unknown_area_and_account_are_kept(first_home: tuple[Path, object]) -> None:
    (row,) = query(first_home[0], "select * from fund_balance.fct_fund_balance where area_code = '630100'")
    assert (row["area_name"], row["area_kind"], row["expenditure_yuan"]) == (
        "某外省市",
        "other",
        Decimal("8.00"),
    )
    names = query(
        first_home[0],
        "select account_name, is_unknown_account from fund_balance.fct_statement_line "
        "where area_code = '630100' and side_code = 'expenditure'",
    )
    assert names == [{"account_name": "抚恤慰问支出", "is_unknown_account": True}]


def test_second_delivery_replaces_and_recognises(
    first_home: tuple[Path, object], shouzhi: Callable, tmp_path: Path
) -> None:
    home = shutil.copytree(first_home[0], tmp_path / "home")
    result = shouzhi("run", DIRTY / "second", "--home", home)
    assert result.returncode in {0, 1}, result.stdout + result.stderr
    (row,) = query(
        home,
        "select * from fund_balance.fct_fund_balance where area_code = '150200' and statement_code = 'final'",
    )
    assert (row["expenditure_yuan"], row["closing_yuan"]) == (Decimal("4500100.25"), Decimal("1499900.25"))
    batches = query(home, "select * from data_quality.fct_intake_batch")
    by_name = {Path(batch["file_name"]).name: batch for batch in batches}
    assert by_name["fund_statement_2023_包头市.csv"]["superseded_rows"] == 5
    assert by_name["fund_statement_2023_包头市_更正.csv"]["loaded_rows"] == 5
    # the unchanged file was recognised by its content: still one batch of it
    assert [Path(b["file_name"]).name for b in batches].count("fund_statement_2023_赤峰市.csv") == 1
