"""Every check of the registry: its planted fault is caught, its clean twin is not."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from shouzhi.warehouse.issues import read_issues
from tests.python.pipeline.model_harness import Lines, Warehouse, build

pytestmark = pytest.mark.pipeline

BASE = {"上年结余": 1000, "保费收入": 500, "待遇支出": 300}
# After <area>.csv of delivery 1 lost a row of 2024: the period, delivery and name of the file that came then.
SENT_AGAIN = (
    ("D07_same_name", "2024", 2, "D07_same_name.csv"),
    ("D07_other_name", "2024", 2, "D07_again.csv"),
    ("D07_same_delivery", "2024", 1, "D07_same_delivery.csv"),
    ("D07_other_year", "2023", 2, "D07_other_year.csv"),
)


def planted(lines: Lines) -> None:
    """Areas are called <check>_bad and <check>_ok; the region's rules use 盟市."""

    def add(area: str, *args: object, fund: str = "390100", **kwargs: object) -> None:
        lines.add(area, fund, *args, code=area.isdigit(), **kwargs)

    for area, opening in (("M02_bad", 1300), ("M02_ok", 1200)):
        add(area, "2023", BASE)
        add(area, "2024", {**BASE, "上年结余": opening})
    for area, closing in (("M03_bad", 1300), ("M03_ok", 1200)):
        add(area, "2024", {**BASE, "年末滚存结余": closing})
    for area, employee in (("M04_bad", 900), ("M04_ok", 1000)):
        add(area, "2024", {"收入合计": employee, "支出合计": 600}, fund="310000")
        for fund in ("310100", "310200"):
            add(area, "2024", BASE, fund=fund)
    for area, second in (("M05_bad", 90), ("M05_ok", 110)):
        add(area, "202401", {"保费收入": 100, "待遇支出": 1}, measure="ytd")
        add(area, "202402", {"保费收入": second, "待遇支出": 2}, measure="ytd")
    for area, account in (("M07_bad", "转移支出"), ("M07_ok", "其他支出")):
        add(area, "2024", {**BASE, account: 5}, fund="310100")
        add(area, "2024", BASE, fund="310200")
    for area, spent in (("B01_bad", 501), ("B01_ok", 500)):
        add(area, "2024", {"上年结余": 1000, "保费收入": 500, "待遇支出": spent}, statement="budget")
    for area, spent in (("B02_bad", 1501), ("B02_ok", 1500)):
        add(area, "2024", {"上年结余": 1000, "保费收入": 500, "待遇支出": spent}, statement="budget")
    for area, spent in (("B06_bad", 3000), ("B06_ok", 2000)):
        add(
            area,
            "2024",
            {"上年结余": 1200 + spent - 2000, "保费收入": 2000, "待遇支出": spent},
            fund="310100",
        )
    for area, growth in (("B07_bad", 1.2), ("B07_ok", 1.05)):
        for step, year in enumerate(("2020", "2021", "2022", "2023")):
            add(
                area, year, {"保费收入": round(1000 * 1.1**step, 2), "待遇支出": round(900 * growth**step, 2)}
            )
    # Last year half was spent by June; this year's budget is 1000.
    for area, spent in (("B07_pace_bad", 560), ("B07_pace_ok", 540)):
        for period, amount in (("202306", 400), ("202312", 800), ("202406", spent)):
            add(area, period, {"保费收入": 1000, "待遇支出": amount}, measure="ytd")
        add(area, "2024", {"保费收入": 1000, "待遇支出": 1000}, statement="budget")
    add("D01_bad", "2024", [("保费收入", 500), ("待遇支出", 300), ("保费收入", 501)])
    add("D01_ok", "2024", [("保费收入", 500), ("待遇支出", 300), ("保费收入", 500)])
    for area, factor in (("D02_bad", 10_000), ("D02_ok", 3)):
        add(area, "2023", {"保费收入": 500, "待遇支出": 300})
        add(area, "2024", {"保费收入": 500 * factor, "待遇支出": 300 * factor})
    add("D04_bad", "2024", {"保费收入": 500, "待遇支出": 300, "天上掉下来的收入": 1})
    add("D04_ok", "2024", {"保费收入": 500, "待遇支出": 300, "其他收入": 1})
    for area, right in (("D05_bad", 1499), ("D05_ok", 1500)):
        add(area, "2024", {"总计": 1500, **BASE}, side="income")
        add(area, "2024", {"总计": right}, side="expenditure")
    # BASE moves some thousand yuan: 100 yuan are more than a thousandth of it, one yuan is not.
    for area, amount in (("D07_bad", 100), ("D07_ok", 1), ("D07_unread_bad", None)):
        add(area, "2024", BASE)
        lines.quarantine(area, "390100", "2024", amount)
    # Half of the statement is gone with its second delivery; or it has come back with the third, with zeros or whole.
    parts = ({"上年结余": 1000}, {**BASE, "待遇支出": 0}, BASE)
    for area, later in (("D15_bad", parts[:1]), ("D15_ok", parts[1:2]), ("D15_again", (parts[0], parts[2]))):
        for delivery, given in enumerate((BASE, *later), start=1):
            add(area, "2024", given, delivery=delivery, file=f"{area}_{delivery}.csv")
    # Of eleven accounts one is another one now.
    many = {**BASE, **{f"科目{number}": number for number in range(1, 9)}}
    add("D15_moved", "2024", many)
    moved = {"科目9" if name == "科目8" else name: amount for name, amount in many.items()}
    add("D15_moved", "2024", moved, delivery=2, file="moved.csv")
    add("D07_settled", "2024", BASE, delivery=2, file="again.csv")
    lines.quarantine("D07_settled", "390100", "2024", 100)
    # The corrected file: other statements of that year under the same name, so the name alone settles the row.
    for area, period, delivery, file in SENT_AGAIN:
        add(area, "2024", BASE)
        lines.quarantine(area, "390100", "2024", 100, file=f"{area}.csv")
        add(f"{area}_of", period, BASE, delivery=delivery, file=file)
    add("D07_dismissed", "2024", BASE)
    lines.quarantine("D07_dismissed", "390100", "2024", 100, file="D07_dismissed.csv")
    lines.dismissed["D07_dismissed.csv"] = "误放的副本"
    add("150300", "2024", BASE)
    add("150302", "2024", BASE)
    add("150402", "2024", BASE)
    for year, received in (("2023", 7), ("2024", 6)):
        add(
            "150100",
            year,
            {"上年结余": 100, "保费收入": 80, "待遇支出": 60, "上解上级支出": 7},
            fund="310100",
        )
        add("150000", year, {"上年结余": 0, "下级上解收入": received, "补助下级支出": 0}, fund="ADJ310")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    lines = Lines()
    planted(lines)
    built = build(tmp_path_factory.mktemp("checks"), lines)
    assert built.is_success, built.failures
    return built


def results(warehouse: Warehouse, check_id: str, area: str, period: str = "%") -> list[dict]:
    return warehouse.rows(
        "select * from data_quality.fct_check_result where check_id = ? and area_code = ? and period_code like ?",
        [check_id, area, period],
    )


BY_AREA = [
    "M02",
    "M03",
    "M04",
    "M05",
    "M07",
    "B01",
    "B02",
    "B06",
    "B07",
    "D01",
    "D02",
    "D04",
    "D05",
    "D07",
    "D15",
]
STATUS = {"statement": "fail", "violation": "warn", "lead": "warn", "warning": "warn"}


@pytest.mark.parametrize("check_id", BY_AREA)
def test_planted_fault_is_caught(warehouse: Warehouse, check_id: str) -> None:
    found = [row for row in results(warehouse, check_id, f"{check_id}_bad") if row["violated_count"] > 0]
    assert found
    assert {row["status"] for row in found} == {STATUS[found[0]["kind"]]}
    assert all(row["sample_keys"] for row in found)


@pytest.mark.parametrize("check_id", BY_AREA)
def test_clean_twin_passes(warehouse: Warehouse, check_id: str) -> None:
    found = results(warehouse, check_id, f"{check_id}_ok")
    assert found, "the clean twin was not judged"
    assert {row["status"] for row in found} == {"pass"}


def test_quarantine_holds_until_it_is_settled(warehouse: Warehouse) -> None:
    (unread,) = results(warehouse, "D07", "D07_unread_bad")
    assert (unread["status"], unread["evidence_yuan"]) == ("fail", None)
    assert results(warehouse, "D07", "D07_settled") == []
    held = {
        area: warehouse.balance(area, "390100", "2024")["is_held"]
        for area in ("D07_bad", "D07_unread_bad", "D07_ok", "D07_settled")
    }
    assert held == {"D07_bad": True, "D07_unread_bad": True, "D07_ok": False, "D07_settled": False}


def test_a_quarantined_row_is_settled_for_check_hold_and_count_alike(warehouse: Warehouse) -> None:
    expected = {
        "D07_same_name": "delivered_again",
        "D07_other_name": None,
        "D07_same_delivery": None,
        "D07_other_year": None,
        "D07_dismissed": "dismissed",
        "D07_settled": "delivered_again",
        "D07_bad": None,
    }
    on_record = warehouse.rows("select admdvs_name, settled_code from data_quality.fct_quarantine")
    codes = {row["admdvs_name"]: row["settled_code"] for row in on_record}
    assert {area: codes[area] for area in expected} == expected
    held = {
        row["area_code"]
        for row in warehouse.rows("select area_code from data_quality.fct_hold where check_id = 'D07'")
    }
    failed = {area for area in expected if results(warehouse, "D07", area)}
    assert held & set(expected) == failed == {area for area, code in expected.items() if code is None}
    with duckdb.connect(str(warehouse.path), read_only=True) as con:
        counted = read_issues(con).counted.quarantined_rows
    assert counted == sum(row["settled_code"] is None for row in on_record) < len(on_record)


def test_a_statement_that_came_again_without_its_accounts(warehouse: Warehouse) -> None:
    (bad,) = results(warehouse, "D15", "D15_bad")
    assert (bad["violated_count"], bad["denominator_count"], bad["evidence_yuan"]) == (2, 3, 800)
    assert "|execution|" in bad["sample_keys"]
    for area, accounts in (("D15_again", 3), ("D15_moved", 11)):
        (found,) = results(warehouse, "D15", area)
        assert (found["status"], found["violated_count"], found["denominator_count"]) == ("pass", 0, accounts)
    assert results(warehouse, "D15", "D07_bad") == [], "it came once"


def test_spending_ahead_of_seasonal_progress(warehouse: Warehouse) -> None:
    (bad,) = results(warehouse, "B07", "B07_pace_bad", "202406")
    (clean,) = results(warehouse, "B07", "B07_pace_ok", "202406")
    assert (bad["status"], bad["violated_count"], bad["evidence_yuan"]) == ("warn", 1, 560)
    assert (clean["status"], clean["violated_count"]) == ("pass", 0)


def test_transfers_of_the_region(warehouse: Warehouse) -> None:
    (bad,) = [row for row in results(warehouse, "M06", "150000", "2024") if row["fund_code"] == "310100"]
    (clean,) = [row for row in results(warehouse, "M06", "150000", "2023") if row["fund_code"] == "310100"]
    assert (bad["status"], bad["evidence_yuan"], clean["status"]) == ("fail", 1, "pass")


def test_county_beside_its_prefecture(warehouse: Warehouse) -> None:
    assert {row["status"] for row in results(warehouse, "D06", "150300")} == {"warn"}
    assert {row["status"] for row in results(warehouse, "D06", "150400")} == {"pass"}


def test_unknown_area(warehouse: Warehouse) -> None:
    assert {row["status"] for row in results(warehouse, "D03", "M02_bad")} == {"warn"}
    assert {row["status"] for row in results(warehouse, "D03", "150300")} == {"pass"}


def test_only_statement_rules_hold(warehouse: Warehouse) -> None:
    held = warehouse.rows(
        "select area_code, check_id, reason from data_quality.fct_hold where area_code like '%bad'"
    )
    own = {row["area_code"] for row in held if row["area_code"].startswith(row["check_id"])}
    rules = ("M02", "M03", "M04", "D01", "D02", "D05", "D07", "D15")
    assert own == {f"{check_id}_bad" for check_id in rules} | {"D07_unread_bad"}
    assert all(row["reason"] for row in held)
    marked = warehouse.rows("select distinct area_code from fund_balance.fct_fund_balance where is_held")
    assert {row["area_code"] for row in marked} >= own
    assert not {row["area_code"] for row in marked} & {f"{check_id}_ok" for check_id in BY_AREA}


def test_a_check_without_rows_says_so(warehouse: Warehouse, tmp_path: Path) -> None:
    empty = build(tmp_path, Lines())
    assert empty.is_success, empty.failures
    rows = empty.rows("select check_id, status from data_quality.fct_check_result")
    registry = warehouse.rows("select check_id from data_quality.dim_check")
    assert {row["check_id"] for row in rows} == {row["check_id"] for row in registry}
    assert {row["status"] for row in rows} == {"na_no_data"}


def compiled(warehouse: Warehouse, model: str) -> str:
    (path,) = (warehouse.path.parent / "target" / "compiled").rglob(f"{model}.sql")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("check_id", "model", "damage"),
    [
        ("M01", "int_check__balance",
         "update intermediate.int_fund_balance__balance set closing_yuan = closing_yuan + 0.01 "
         "where area_code = 'M03_ok'"),
        ("M09", "int_check__conservation",
         "update data_quality.fct_intake_batch set loaded_rows = loaded_rows - 1"),
        ("M09", "int_check__conservation",
         "update data_quality.fct_intake_batch set received_yuan = received_yuan + 0.01"),
        ("M10", "int_check__conservation",
         "delete from fund_balance.fct_statement_line where area_code = 'M03_ok' and account_code = 'premium_income'"),
        ("M10", "int_check__conservation",
         "update core.fct_statement_line set amount_yuan = amount_yuan + 0.01 where area_code = 'M03_ok'"),
    ],
)  # fmt: skip
def test_integrity_rules_catch_our_own_faults(
    warehouse: Warehouse, tmp_path: Path, check_id: str, model: str, damage: str
) -> None:
    copy = tmp_path / "warehouse.duckdb"
    shutil.copy(warehouse.path, copy)
    con = duckdb.connect(str(copy))
    try:
        counts = (
            f"select coalesce(sum(violated_count), 0) from ({compiled(warehouse, model)}) where check_id = ?"
        )
        clean = con.execute(counts, [check_id]).fetchone()
        con.execute(damage)
        broken = con.execute(counts, [check_id]).fetchone()
    finally:
        con.close()
    assert clean == (0,)
    assert broken is not None and broken[0] > 0


def test_integrity_violation_fails_the_build(tmp_path: Path) -> None:
    """A received row that is neither loaded nor superseded nor quarantined stops the build."""
    from tests.python.pipeline.model_harness import load, run_dbt

    lines = Lines().add("150100", "390100", "2024", BASE)
    path = tmp_path / "warehouse.duckdb"
    load(path, lines)
    con = duckdb.connect(str(path))
    con.execute("update lake.intake_file set received_count = received_count + 1")
    con.close()
    is_success, failures = run_dbt(
        path, tmp_path / "target", ["build", "--exclude-resource-type", "unit_test"]
    )
    assert not is_success
    assert any("no_integrity_violation" in failure for failure in failures)
