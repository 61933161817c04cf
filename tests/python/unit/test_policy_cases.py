"""The hand-worked cases of ``tests/fixtures/policy/cases.csv`` against the calculator.

A case is one or more rows: settlements in order, or one month, premium, resident year or bill. Expected amounts and
the arithmetic were worked out from the documents' sentences; here the arithmetic is also added up on its own, so that a
slip of the pen and a fault of the calculator are told apart. A fund that a row does not name is expected to pay nothing.
"""

from __future__ import annotations

import ast
import csv
import datetime as dt
import operator
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from shouzhi.synthetic import calculator
from shouzhi.synthetic.calculator import Benefit, Composition, Item, Settlement
from shouzhi.synthetic.policy_book import NotReplayable, PolicyBook, read_policy

ROOT = Path(__file__).resolve().parents[3]
CASES = ROOT / "tests" / "fixtures" / "policy" / "cases.csv"
CENT = Decimal("0.01")
BOOKS = {"sample": read_policy(sample=True), "real": read_policy(sample=False)}
FUNDS = {
    "pooled": "pooled", "large": "large", "civil": "civil_servant", "critical": "critical",
    "assistance": "assistance", "off": "off_fund",
}  # fmt: skip
STEPS = {"deductible": "deductible", "moved": "moved", **FUNDS}

Row = dict[str, str]


def cases() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    with CASES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["case"], []).append(row)
    return found


ALL_CASES = cases()


def pairs(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split())


def book_of(given: Row) -> PolicyBook:
    return BOOKS[given.get("book", "sample")]


def amount(given: Row, name: str) -> Decimal:
    return Decimal(given.get(name, "0")).quantize(CENT)


def settlement(case: str, number: int, given: Row) -> Settlement:
    day = dt.date.fromisoformat(given.get("day", "2007-06-15"))
    settled = dt.date.fromisoformat(given.get("time", str(day)))
    area = given.get("area", "159900")
    group = given.get("group", "in_service")
    if "retired" in given:
        statutory = dt.date.fromisoformat(given["statutory"]) if "statutory" in given else None
        group = calculator.person_group(
            book_of(given), area, day, is_retired=True, statutory_retirement=statutory
        )
    return Settlement(
        setl_id=given.get("id", f"{number:03d}"),
        setl_time=dt.datetime.combine(settled, dt.time(10)),
        person=case,
        area_code=area,
        scheme=given.get("scheme", "employee"),
        kind=given.get("kind", "inpatient"),
        end_date=day,
        composition=Composition(*(amount(given, name) for name in ("own", "over", "first", "plain", "partial"))),
        hospital_level=given.get("level", "3"),
        place=given.get("place", "local"),
        group=group,
        is_civil_servant="civil_servant" in given,
        is_privileged="privileged" in given,
        is_provincial_cadre="cadre" in given,
        is_assisted="assisted" in given,
        original_id=given.get("reverses"),
    )  # fmt: skip


def check_settlement(row: Row, benefit: Benefit) -> None:
    wanted = pairs(row["expected"])
    assert benefit.status == wanted.pop("status", "replayed"), (row["input"], benefit.reason)
    if benefit.status != "replayed":
        assert benefit.reason and not wanted
        return
    found = {name: getattr(benefit.amounts, field) for name, field in STEPS.items()}
    found["person"] = benefit.person_pay
    for name in FUNDS:
        wanted.setdefault(name, "0")
    assert {name: found[name] for name in wanted} == {name: Decimal(text) for name, text in wanted.items()}, (
        row["input"],
        benefit.explanation(),
    )
    assert benefit.composition.fee == benefit.amounts.fund_pay + benefit.amounts.off_fund + benefit.person_pay
    for line in benefit.lines:
        assert all(used.doc_no and used.clause and used.quote for used in line.used), line
    rules = {used.clause for line in benefit.lines for used in line.used if used.doc_no == "NMG-2007"}
    if benefit.amounts.large > 0 and benefit.settlement.area_code == "159900":
        assert {"1.2.2", "1.2.3(1)"} <= rules
    if benefit.amounts.privileged > 0:
        assert {"1.4.1", "1.4.2"} <= rules


def check_settlements(case: str, rows: list[Row]) -> None:
    given = [pairs(row["fields"]) for row in rows]
    settlements = [settlement(case, number, fields) for number, fields in enumerate(given)]
    results = {item.settlement.setl_id: item for item in calculator.calculate(settlements, book_of(given[0]))}
    for row, item in zip(rows, settlements, strict=True):
        check_settlement(row, results[item.setl_id])


def numbers(found: dict[str, Decimal | None], wanted: Row, words: str) -> None:
    expected = {name: None if text == "none" else Decimal(text) for name, text in wanted.items()}
    assert {name: found[name] for name in expected} == expected, words


def check_month(given: Row) -> dict[str, Decimal | None]:
    due = calculator.employee_contribution(
        book_of(given),
        given.get("area", "159900"),
        dt.date.fromisoformat(given["month"] + "-20"),
        amount(given, "wage"),
        is_retired="retired" in given,
        statutory_retirement=dt.date.fromisoformat(given["statutory"]) if "statutory" in given else None,
        is_civil_servant="civil_servant" in given,
        is_flexible="flexible" in given,
    )
    assert due.pooled is None or due.pooled + (due.into_account or 0) == due.total
    return {
        "base": due.base, "unit": due.unit, "person": due.person, "account": due.into_account,
        "civil": due.civil_servant,
    }  # fmt: skip


def check_premium(given: Row) -> dict[str, Decimal | None]:
    due = calculator.large_claim_premium(
        book_of(given), given.get("area", "159900"), int(given["year"]), int(given["heads"])
    )
    return {"total": due.total, "unit": due.unit, "person": due.person}


def check_resident(given: Row) -> dict[str, Decimal | None]:
    due = calculator.resident_due(book_of(given), given["area"], int(given["year"]), int(given["heads"]))
    assert sum(due.by_level.values()) == due.subsidy
    return {"premium": due.premium, "subsidy": due.subsidy, **due.by_level}


def item(text: str) -> Item:
    """``A:1200@0.20|2|600|500``: class, cost, first self-payment, quantity, price, maximum price."""
    head, *priced = text.split("|")
    item_class, cost = head.split(":")
    cost, _, ratio = cost.partition("@")
    quantity, price, limit = (Decimal(part) for part in priced) if priced else (Decimal(1), None, None)
    return Item(Decimal(cost), item_class, Decimal(ratio) if ratio else None, quantity, price, limit)


def check_bill(given: Row) -> dict[str, Decimal | None]:
    default = book_of(given).find("partial_selfpay_ratio", "159900", dt.date(2007, 6, 15))
    cost = calculator.composition(
        [item(text) for text in given["items"].split(";")], default.value if default else None
    )
    return {
        "own": cost.own, "over": cost.over_limit, "first": cost.first_self_pay, "plain": cost.plain,
        "partial": cost.partial,
    }  # fmt: skip


SINGLE: dict[str, Callable[[Row], dict[str, Decimal | None]]] = {
    "month": check_month,
    "premium": check_premium,
    "resident": check_resident,
    "bill": check_bill,
}


@pytest.mark.parametrize("case", ALL_CASES)
def test_case(case: str) -> None:
    rows = ALL_CASES[case]
    print(case)
    if rows[0]["what"] == "settle":
        check_settlements(case, rows)
        return
    for row in rows:
        wanted = pairs(row["expected"])
        if wanted.pop("status", "") == "not_replayable":
            with pytest.raises(NotReplayable):
                SINGLE[row["what"]](pairs(row["fields"]))
        else:
            numbers(SINGLE[row["what"]](pairs(row["fields"])), wanted, row["input"])


OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip


def value(text: str) -> Decimal:
    """An expression of numbers, + − × ÷ % and brackets."""
    plain = text.replace("−", "-").replace("×", "*").replace("÷", "/")
    plain = re.sub(r"(\d+(?:\.\d+)?)%", r"(\1/100)", plain)

    def walk(node: ast.expr) -> Decimal:
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](walk(node.left), walk(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -walk(node.operand)
        assert isinstance(node, ast.Constant), text
        return Decimal(ast.get_source_segment(plain, node) or "")

    return walk(ast.parse(plain, mode="eval").body)


@pytest.mark.parametrize("case", ALL_CASES)
def test_the_arithmetic_adds_up_and_gives_the_expected_amounts(case: str) -> None:
    """Every equation holds, every expected payment stands in the arithmetic, and fee = funds + person."""
    for row in ALL_CASES[case]:
        for sentence in row["arithmetic"].split("；"):
            if "=" in sentence:
                left, right = (value(side) for side in sentence.split("="))
                assert left.quantize(CENT, ROUND_HALF_UP) == right, (row["input"], sentence)
        given, wanted = pairs(row["fields"]), pairs(row["expected"])
        written = f"{row['arithmetic']} {row['fields']}"
        known = {Decimal(text).quantize(CENT) for text in re.findall(r"\d+(?:\.\d+)?", written)}
        for name, text in wanted.items():
            if name not in ("status", "moved", "deductible") and text != "none" and Decimal(text) != 0:
                assert abs(Decimal(text)).quantize(CENT) in known, (row["input"], name, text)
        if row["what"] == "settle" and "status" not in wanted and "reverses" not in given:
            fee = sum(
                (amount(given, name) for name in ("own", "over", "first", "plain", "partial")), Decimal(0)
            )
            assert fee == amount(wanted, "person") + sum(amount(wanted, fund) for fund in FUNDS), row["input"]


def test_the_table_is_as_long_as_was_asked() -> None:
    assert len(ALL_CASES) >= 60
    clauses = {clause for rows in ALL_CASES.values() for row in rows for clause in row["clause"].split("；")}
    assert {
        "NMG-2007 1.1.1", "NMG-2007 1.1.2", "NMG-2007 1.1.3", "NMG-2007 1.1.4", "NMG-2007 1.1.5", "NMG-2007 1.2.1",
        "NMG-2007 1.2.2", "NMG-2007 1.2.3(1)", "NMG-2007 1.2.3(2)", "NMG-2007 1.3", "NMG-2007 1.4.1",
        "NMG-2007 1.4.2", "NMG-2007 2.1", "NMG-2007 2.2", "AR-POOL-DRAFT 2.1", "AR-POOL-DRAFT 2.2",
    } <= clauses  # fmt: skip


def test_a_settlement_is_shown_step_by_step_with_its_clauses() -> None:
    given = {"plain": "10500", "partial": "10500", "first": "2100", "day": "2007-06-01"}
    before = settlement("show", 0, {"kind": "chronic", "plain": "44050", "day": "2007-02-01"})
    _, shown = calculator.calculate([before, settlement("show", 1, given)], BOOKS["sample"])
    assert shown.explanation() == [
        "范围内费用：总额 23100.00−自费 0.00−超限价 0.00−先行自付 2100.00＝21000.00",
        "住院起付线 1000.00（当年第 1 次），本次负担＝1000.00（SAMPLE 样例）",
        "费用段 10000.00×0.85＝8500.00（SAMPLE 样例）",
        "费用段 10000.00×0.88＝8800.00（SAMPLE 样例）",
        "统筹年度限额 35000.00，已付 35000.00，应付 17300.00，本次支付＝0.00（NMG-2007 1.1.3）",
        "统筹限额外未付 17300.00，按支付比例还原为费用＝20000.00（NMG-2007 1.1.3、SAMPLE 样例）",
        "大额普通费用 10000.00×0.95＝9500.00（NMG-2007 1.2.3(1)）",
        "乙类与部分支付项目费用 12000.00（含先行自付）×0.8＝9600.00（NMG-2007 1.2.3(2)）",
        "大额年度限额 100000.00，已付 0.00，应付 19100.00，本次支付＝19100.00（NMG-2007 1.2.2、NMG-2007 1.2.3(1)、NMG-2007 1.2.3(2)）",
    ]


def test_after_the_reversal_of_what_could_not_be_replayed_the_year_is_known_again() -> None:
    fields = [
        {"plain": "100000", "kind": "chronic", "day": "2006-02-01", "id": "x1"},
        {"plain": "1300", "kind": "chronic", "day": "2006-03-01", "id": "x2"},
        {"reverses": "x1", "kind": "chronic", "day": "2006-04-01", "id": "x3"},
        {"reverses": "x2", "kind": "chronic", "day": "2006-04-02", "id": "x4"},
        {"plain": "1300", "kind": "chronic", "day": "2006-05-01", "id": "x5"},
    ]
    results = calculator.calculate(
        [settlement("x", number, given) for number, given in enumerate(fields)], BOOKS["sample"]
    )
    assert [item.status for item in results] == ["not_replayable"] * 4 + ["replayed"]
    assert results[-1].amounts.pooled == Decimal("800.00")
