"""What contribution rows should say, by SQL and by the plain calculator: the hand-worked cases and random rows."""

from __future__ import annotations

import csv
import datetime as dt
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shouzhi.synthetic import calculator
from shouzhi.synthetic.policy_book import NotReplayable, read_policy
from tests.python.pipeline.contribution_harness import employee, replayed
from tests.python.pipeline.model_harness import Warehouse

pytestmark = pytest.mark.pipeline

ROOT = Path(__file__).resolve().parents[3]
BOOKS = {"sample": read_policy(sample=True), "real": read_policy(sample=False)}
AREAS = ["159900", "150100", "150400", "152900"]
# Three areas stand for the region: their own rows, the region's and the nation's.


def pairs(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split())


def cases(what: str) -> list[tuple[str, dict[str, str], dict[str, str]]]:
    with (ROOT / "tests/fixtures/policy/cases.csv").open(encoding="utf-8", newline="") as file:
        return [
            (row["case"], pairs(row["fields"]), pairs(row["expected"]))
            for row in csv.DictReader(file)
            if row["what"] == what
        ]


# A retired person has no row: what the account gets from a pension stands in no feed.
MONTHS = [case for case in cases("month") if "retired" not in case[1] or "statutory" in case[1]]
MONTHS = [case for case in MONTHS if case[2].get("unit") != "0" or "flexible" in case[1]]


def month_row(case: str, given: dict[str, str]) -> dict[str, Any]:
    month = given["month"].replace("-", "")
    area = given.get("area", "159900")
    kind = "1103" if "flexible" in given else "1102" if "civil_servant" in given else "1101"
    return dict(employee(case, area, month, given["wage"], psn_type=kind))


def rows_of(book: str) -> dict[str, list[dict[str, Any]]]:
    staff: list[dict[str, Any]] = []
    residents: list[dict[str, Any]] = []
    for case, given, _ in MONTHS:
        if given.get("book", "sample") == book:
            staff.append(month_row(case, given))
            if "civil_servant" in given:
                staff.append(month_row(case, given) | {"psn_clct_detl_id": f"{case}-320", "insutype": "320"})
    for case, given, _ in cases("premium"):
        if given.get("book", "sample") == book:
            year = given["year"]
            staff.append(
                dict(employee(case, "159900", f"{year}01", "0", insutype="330", quot_clct_flag="1"))
                | {"accrym_end": f"{year}12"}
            )
    for case, given, _ in cases("resident"):
        if given.get("book", "sample") == book:
            year = given["year"]
            residents.append(
                {"rsdt_clct_detl_id": case, "insu_admdvs": given["area"], "accrym_begn": f"{year}01",
                 "accrym_end": f"{year}12", "cashym": f"{year}01"}
            )  # fmt: skip
    return {"staf_psn_clct_detl_d": staff, "rsdt_psn_clct_detl_d": residents}


RANDOM = random.Random(20240401)


def random_rows(count: int) -> list[dict[str, Any]]:
    found = []
    for number in range(count):
        year, month = (
            RANDOM.choice([2005, 2006, 2007, 2012, 2021, 2022, 2023, 2024, 2025]),
            RANDOM.randint(1, 12),
        )
        wage = f"{RANDOM.choice([RANDOM.uniform(500, 30000), RANDOM.uniform(4000, 5000), 4481, 22407]):.2f}"
        found.append(
            dict(
                employee(
                    f"R{number}", RANDOM.choice(AREAS), f"{year}{month:02d}", wage,
                    psn_type=RANDOM.choice(["1101", "1103", "1102"]), insutype=RANDOM.choice(["310", "310", "320"]),
                )
            )
        )  # fmt: skip
    return found


@pytest.fixture(scope="module")
def random_staff() -> list[dict[str, Any]]:
    return random_rows(600)


@pytest.fixture(scope="module")
def warehouses(
    tmp_path_factory: pytest.TempPathFactory, random_staff: list[dict[str, Any]]
) -> dict[str, Warehouse]:
    built = {}
    for book in BOOKS:
        rows = rows_of(book)
        rows["staf_psn_clct_detl_d"] += random_staff
        rows["fin_subsidy"] = subsidies() if book == "sample" else []
        built[book] = replayed(tmp_path_factory.mktemp(book), rows, sample=book == "sample")
        assert built[book].is_success, built[book].failures
    return built


def subsidies() -> list[dict[str, Any]]:
    """The heads of the resident cases, level by level, as the documents' standard makes them due."""
    found = []
    for _, given, wanted in cases("resident"):
        for level, name in (
            ("中央", "central"),
            ("自治区", "region"),
            ("盟市", "prefecture"),
            ("旗县", "county"),
        ):
            found.append(
                {"year": given["year"], "admdvs": given["area"], "level": level, "heads": given["heads"],
                 "standard": "0", "due_amt": wanted[name], "arrived_amt": "0", "arrived_date": None}
            )  # fmt: skip
    return found


def due_rows(warehouse: Warehouse) -> dict[str, dict[str, Any]]:
    rows = warehouse.rows("select * from intermediate.int_benefits__contribution_due")
    return {row["contribution_id"]: row for row in rows}


@pytest.mark.parametrize(("case", "given", "wanted"), MONTHS, ids=[case for case, _, _ in MONTHS])
def test_hand_worked_month(
    warehouses: dict[str, Warehouse], case: str, given: dict[str, str], wanted: dict[str, str]
) -> None:
    rows = due_rows(warehouses[given.get("book", "sample")])
    row = rows[case]
    if "status" in wanted:
        # 1.1.5 before the notice: nobody is early there, and the month itself is not replayable on a real home
        assert row["status_code"] == wanted["status"] or "statutory" in given
        return
    assert row["status_code"] == "replayed"
    found = {
        "base": row["due_base_yuan"], "unit": row["due_employer_yuan"], "person": row["due_person_yuan"],
        "account": row["due_credit_yuan"],
    }  # fmt: skip
    if "civil" in wanted:
        found["civil"] = rows[f"{case}-320"]["due_employer_yuan"]
    expected = {name: None if text == "none" else Decimal(text) for name, text in wanted.items()}
    assert {name: found[name] for name in expected} == expected
    assert row["credit_status_code"] == ("not_replayable" if expected["account"] is None else "replayed")


@pytest.mark.parametrize(
    ("case", "given", "wanted"), cases("premium"), ids=[case[0] for case in cases("premium")]
)
def test_hand_worked_premium(
    warehouses: dict[str, Warehouse], case: str, given: dict[str, str], wanted: dict[str, str]
) -> None:
    row = due_rows(warehouses[given.get("book", "sample")])[case]
    heads = int(given["heads"])
    if wanted["unit"] == "none":
        assert row["is_undivided"] and row["due_undivided_yuan"] * heads == Decimal(wanted["total"])
    else:
        assert row["due_employer_yuan"] * heads == Decimal(wanted["unit"])
        assert row["due_person_yuan"] * heads == Decimal(wanted["person"])


@pytest.mark.parametrize(
    ("case", "given", "wanted"), cases("resident"), ids=[case[0] for case in cases("resident")]
)
def test_hand_worked_resident(
    warehouses: dict[str, Warehouse], case: str, given: dict[str, str], wanted: dict[str, str]
) -> None:
    row = due_rows(warehouses["sample"])[case]
    heads = int(given["heads"])
    assert row["due_person_yuan"] * heads == Decimal(wanted["premium"])
    assert row["due_subsidy_yuan"] * heads == Decimal(wanted["subsidy"])
    levels = warehouses["sample"].rows(
        "select item_code, expected_yuan, difference_yuan, doc_no, clauses from benefits.fct_contribution_replay "
        "where area_code = ? and period_code = ? and item_code like 'subsidy_%'",
        [given["area"], given["year"]],
    )
    assert {row["item_code"].removeprefix("subsidy_"): row["expected_yuan"] for row in levels} == {
        name: Decimal(wanted[name]) for name in calculator.SUBSIDY_LEVELS
    }
    assert {row["difference_yuan"] for row in levels} == {0}
    assert all(row["clauses"] for row in levels)


@pytest.mark.parametrize("book", BOOKS)
def test_random_rows_equal_the_calculator(
    warehouses: dict[str, Warehouse], random_staff: list[dict[str, Any]], book: str
) -> None:
    rows = due_rows(warehouses[book])
    seen = set()
    for given in random_staff:
        row = rows[given["psn_clct_detl_id"]]
        month = dt.date(int(given["cashym"][:4]), int(given["cashym"][4:]), 1)
        try:
            due = calculator.employee_contribution(
                BOOKS[book], given["insu_admdvs"], month, Decimal(given["wag"]),
                is_civil_servant=given["insutype"] == "320",
                is_flexible=given["psn_type"] == "1103" and given["insutype"] == "310",
            )  # fmt: skip
        except NotReplayable:
            # A civil servant's own row rests on fewer parameters than the whole month does.
            assert row["status_code"] == "not_replayable" or given["insutype"] == "320", given
            seen.add("not_replayable")
            continue
        assert row["status_code"] == "replayed", given
        seen.add("replayed")
        if given["insutype"] == "320":
            assert (row["due_employer_yuan"], row["due_person_yuan"]) == (due.civil_servant, 0), given
            continue
        found = (
            row["due_base_yuan"],
            row["due_employer_yuan"],
            row["due_person_yuan"],
            row["due_credit_yuan"],
        )
        assert found == (due.base, due.unit, due.person, due.into_account), given
    assert seen == {"replayed", "not_replayable"}


def test_the_mart_adds_up_to_the_rows_and_names_its_parameters(warehouses: dict[str, Warehouse]) -> None:
    warehouse = warehouses["sample"]
    (sums,) = warehouse.rows(
        """
        select sum(declared_yuan) as declared, sum(expected_yuan) as expected, sum(difference_yuan) as difference,
            sum(base_difference_yuan + rate_difference_yuan + other_difference_yuan) as split
        from benefits.fct_contribution_replay where area_kind <> 'region' and item_code not like 'subsidy_%'
        """
    )
    (rows,) = warehouse.rows(
        """
        select sum(employer_yuan + person_yuan + credit_yuan + undivided_yuan + subsidy_yuan + other_yuan) as declared,
            sum(due_employer_yuan + due_person_yuan + due_undivided_yuan + coalesce(due_credit_yuan, 0)
                + coalesce(due_subsidy_yuan, 0)) as expected
        from intermediate.int_benefits__contribution_due
        """
    )
    assert (sums["declared"], sums["expected"]) == (rows["declared"], rows["expected"])
    assert sums["difference"] == sums["split"] != 0
    (region,) = warehouse.rows(
        "select sum(expected_yuan) as expected from benefits.fct_contribution_replay "
        "where area_kind = 'region' and item_code not like 'subsidy_%'"
    )
    assert region["expected"] == rows["expected"]
    unnamed = warehouse.rows(
        "select * from benefits.fct_contribution_replay where status_code = 'replayed' and area_kind <> 'region' "
        "and item_code <> 'other' and (parameter_rows is null or doc_no is null or clause is null)"
    )
    assert unnamed == []
    (unit,) = warehouse.rows(
        "select * from benefits.fct_contribution_replay where area_code = '159900' and item_code = 'unit' "
        "and period_code = '200701' and status_code = 'replayed'"
    )
    assert (unit["parameter_value"], unit["doc_no"], unit["clause"]) == (Decimal("0.07"), "NMG-2007", "1.1.1")
    assert "unit_contribution_rate@2007-01-01" in unit["parameter_rows"] and unit["is_sample_based"]


def test_what_is_not_replayed_says_why(warehouses: dict[str, Warehouse]) -> None:
    reasons = warehouses["real"].rows(
        "select distinct reason_zh from benefits.fct_contribution_replay where status_code = 'not_replayable'"
    )
    assert reasons and all(row["reason_zh"] for row in reasons)
