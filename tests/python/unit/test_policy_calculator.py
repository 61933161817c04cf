"""What holds for every settlement, whatever the amounts: over some thousand random ones with reversals."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from decimal import Decimal

import pytest

from shouzhi.synthetic.calculator import (
    CENT,
    ZERO,
    Benefit,
    Composition,
    Settlement,
    calculate,
    employee_contribution,
)
from shouzhi.synthetic.policy_book import PolicyBook, read_policy

BOOK = read_policy(sample=True)
CAPS = {"159900": (35_000, 100_000, 65_000), "150100": (70_000, 150_000, 50_000)}


def random_settlements(seed: int, people: int = 60, each: int = 25) -> list[Settlement]:
    draw = random.Random(seed)
    found: list[Settlement] = []
    for person in range(people):
        area = draw.choice(list(CAPS))
        is_resident = draw.random() < 0.3
        is_civil = not is_resident and draw.random() < 0.4
        is_privileged = is_civil and draw.random() < 0.5
        for number in range(each):
            moment = dt.datetime(2023, 1, 1) + dt.timedelta(minutes=draw.randrange(2 * 365 * 24 * 60))
            kind = draw.choice(["outpatient", "chronic", "inpatient", "inpatient"])
            cost = Decimal(draw.randrange(1, 15_000_000 if kind == "inpatient" else 900_000)) / 100
            partial = (cost * draw.randrange(0, 80) / 100).quantize(CENT)
            setl_id = f"{person:03d}-{number:03d}"
            found.append(
                Settlement(
                    setl_id, moment, str(person), area, "resident" if is_resident else "employee", kind, moment.date(),
                    Composition(Decimal("7.77"), ZERO, (partial / 9).quantize(CENT), cost - partial, partial),
                    draw.choice("1239"), draw.choice(["local", "local", "referred", "unreferred"]),
                    "all" if is_resident else draw.choice(["in_service", "retired"]), is_civil, is_privileged,
                )
            )  # fmt: skip
            if draw.random() < 0.15:
                found.append(reversal_of(found[-1], moment + dt.timedelta(days=draw.randrange(1, 200))))
    return found


def reversal_of(original: Settlement, moment: dt.datetime) -> Settlement:
    return Settlement(
        original.setl_id + "R", moment, original.person, original.area_code, original.scheme, original.kind,
        original.end_date, original_id=original.setl_id,
    )  # fmt: skip


@pytest.fixture(scope="module")
def results() -> list[Benefit]:
    return calculate(random_settlements(20_070_101), BOOK)


def test_every_settlement_adds_up_and_nobody_pays_less_than_nothing(results: list[Benefit]) -> None:
    assert len(results) > 1_500
    for item in results:
        assert item.status == "replayed", item.reason
        assert item.composition.fee == item.amounts.fund_pay + item.person_pay
        if item.settlement.original_id is None:
            assert item.person_pay >= item.composition.own
            assert ZERO <= item.amounts.deductible <= item.composition.in_scope
            assert item.amounts.moved <= item.composition.in_scope - item.amounts.deductible
        for name in ("pooled", "large", "civil_servant", "critical", "deductible", "moved"):
            amount = getattr(item.amounts, name)
            assert amount == amount.quantize(CENT)


def test_no_cap_is_ever_exceeded_at_any_moment(results: list[Benefit]) -> None:
    used: dict[tuple[str, int], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO, ZERO])
    reached = [0, 0, 0, 0]
    for item in results:
        at = item.settlement
        if at.scheme == "resident":
            continue
        year = used[(at.person, at.end_date.year)]
        paid = (item.amounts.pooled, item.amounts.large, item.amounts.civil_servant, item.amounts.privileged)
        for place, (amount, cap) in enumerate(zip(paid, (*CAPS[at.area_code], 3_000), strict=True)):
            year[place] += amount
            assert ZERO <= year[place] <= cap, (at, place)
            reached[place] += year[place] == cap
    assert all(reached), "the random year has to reach every cap, or this test says nothing"


def test_reversing_everything_leaves_nothing() -> None:
    given = [item for item in random_settlements(7, people=20) if item.original_id is None]
    end = dt.datetime(2030, 1, 1)
    all_of_it = calculate(given + [reversal_of(item, end) for item in given], BOOK)
    assert sum((item.amounts.fund_pay for item in all_of_it), ZERO) == ZERO
    again = calculate(
        given + [reversal_of(item, end) for item in given] + [late(item) for item in given], BOOK
    )
    first = {item.settlement.setl_id: item.amounts for item in calculate(given, BOOK)}
    assert {
        item.settlement.setl_id[1:]: item.amounts for item in again if item.settlement.setl_id[0] == "L"
    } == first


def late(item: Settlement) -> Settlement:
    """The same settlement after all reversals, in the same order."""
    return Settlement(
        "L" + item.setl_id, item.setl_time + dt.timedelta(days=36_500), item.person, item.area_code, item.scheme,
        item.kind, item.end_date, item.composition, item.hospital_level, item.place, item.group,
        item.is_civil_servant, item.is_privileged,
    )  # fmt: skip


def test_the_order_in_which_they_are_handed_in_does_not_matter(results: list[Benefit]) -> None:
    mixed = random_settlements(20_070_101)
    random.Random(1).shuffle(mixed)
    assert [(item.settlement.setl_id, item.amounts) for item in calculate(mixed, BOOK)] == [
        (item.settlement.setl_id, item.amounts) for item in results
    ]


def test_whatever_is_inside_or_outside_the_civil_servants_cap_is_a_parameter() -> None:
    """privileged_in_civil_servant_cap = 0: the 3,000 no longer narrow the 65,000 (NMG-2007 1.4.2)."""
    code = "privileged_in_civil_servant_cap"
    outside = PolicyBook(
        {
            **BOOK.parameters,
            code: [
                type(row)(
                    row.parameter_code, row.area_code, row.population_code, row.valid_from, row.valid_to, Decimal(0),
                    row.unit, row.doc_no, row.clause, row.quote, row.basis,
                )
                for row in BOOK.parameters[code]
            ],
        },
        BOOK.region_of,
    )  # fmt: skip
    day = dt.datetime(2007, 1, 5, 10)

    def claim(number: int, kind: str, plain: str) -> Settlement:
        return Settlement(
            str(number), day + dt.timedelta(days=number), "p", "159900", "employee", kind,
            (day + dt.timedelta(days=number)).date(), Composition(plain=Decimal(plain)), is_civil_servant=True,
            is_privileged=True,
        )  # fmt: skip

    year = [
        claim(1, "outpatient", "3557.89"),
        claim(2, "chronic", "44050.00"),
        claim(3, "inpatient", "106263.16"),
        claim(4, "inpatient", "130000.00"),
    ]
    assert calculate(year, BOOK)[3].amounts.civil_servant == Decimal("58868.42")  # 65,000 − 3,000 − 3,131.58
    assert calculate(year, outside)[3].amounts.civil_servant == Decimal("61868.42")  # 65,000 − 3,131.58


def test_every_line_of_a_contribution_names_its_rows() -> None:
    due = employee_contribution(BOOK, "159900", dt.date(2024, 1, 1), Decimal(8000), is_civil_servant=True)
    assert [line.text for line in due.lines] == [
        "核定工资 8000，下限 4481.00，上限 22407.00，缴费基数＝8000.00（社平工资口径 2024年度缴费基数上下限）",
        "单位缴费 8000.00×0.07＝560.00（NMG-2007 1.1.1）",
        "个人缴费 8000.00×0.02＝160.00（国发〔1998〕44号 二、覆盖范围和缴费办法）",
        "公务员补助缴费 8000.00×0.03＝240.00（SAMPLE 样例）",
        "划入个人账户 8000.00×（0.028＋0.002）＝240.00（SAMPLE 样例、NMG-2007 1.1.2）",
    ]
