"""The array calculator against the calculator that works out one settlement after the other: equal to the fen."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pytest

from shouzhi.synthetic import array_calculator as arrays
from shouzhi.synthetic.calculator import Amounts, Benefit, Composition, Settlement, calculate
from shouzhi.synthetic.policy_book import PolicyBook, read_policy
from tests.python.unit import test_policy_cases as cases
from tests.python.unit.test_policy_calculator import random_settlements, reversal_of

BOOKS = {"sample": read_policy(sample=True), "real": read_policy(sample=False)}
AREAS = ("159900", "150100")
FIRST, LAST = dt.date(2005, 1, 1), dt.date(2026, 12, 31)
TERMS = {name: arrays.read_terms(book, AREAS, FIRST, LAST) for name, book in BOOKS.items()}
STATUS = {
    "replayed": arrays.REPLAYED,
    "not_replayable": arrays.NOT_REPLAYABLE,
    "outside_rules": arrays.OUTSIDE_RULES,
}


def fen(amount: Decimal) -> int:
    return int(amount * 100)


def as_claims(given: Sequence[Settlement], terms: arrays.Terms) -> tuple[arrays.Claims, int]:
    """The settlements as arrays, and how many accumulators they need. A reversal stands in its original's slot."""
    by_id = {item.setl_id: item for item in given}
    place = {item.setl_id: number for number, item in enumerate(given)}
    in_order = sorted({(item.setl_time, item.setl_id) for item in given})
    moments = {key: number for number, key in enumerate(in_order)}
    slots: dict[tuple, int] = {}
    columns: dict[str, list] = {name: [] for name in arrays.Claims.__dataclass_fields__}
    for item in given:
        of = by_id.get(item.original_id or "", item)
        key = (of.person, of.area_code, of.scheme, of.year or of.end_date.year)
        scheme = arrays.RESIDENT if item.scheme == "resident" else arrays.EMPLOYEE
        number = {"row": int(terms.row(scheme, terms.areas[item.area_code], arrays.days_of(item.end_date)))}
        cost = item.composition
        original = arrays.NO_ORIGINAL
        if item.original_id is not None:
            original = place.get(item.original_id, arrays.NOT_FOUND)
        for name, value in (
            number
            | {
                "slot": slots.setdefault(key, len(slots)),
                "moment": moments[item.setl_time, item.setl_id],
                "scheme": scheme,
                "kind": arrays.KINDS[item.kind],
                "group": arrays.GROUPS.index("all" if scheme == arrays.RESIDENT else item.group),
                "level": arrays.LEVELS.index(item.hospital_level),
                "place": arrays.PLACES.index(item.place),
                "is_civil_servant": item.is_civil_servant,
                "is_privileged": item.is_privileged,
                "is_provincial_cadre": item.is_provincial_cadre,
                "is_assisted": item.is_assisted,
                "own": fen(cost.own),
                "over_limit": fen(cost.over_limit),
                "first_self_pay": fen(cost.first_self_pay),
                "plain": fen(cost.plain),
                "partial": fen(cost.partial),
                "original": original,
            }
        ).items():
            columns[name].append(value)
    types = {name: bool if name.startswith("is_") else np.int64 for name in columns}
    return arrays.Claims(*(np.array(values, types[name]) for name, values in columns.items())), len(slots)


def compared(given: Sequence[Settlement], book: str) -> list[Benefit]:
    """Both ways; every amount of every settlement is the same."""
    terms = TERMS[book]
    claims, slots = as_claims(given, terms)
    used = np.zeros((slots, len(arrays.ACCUMULATORS)), np.int64)
    found, _ = arrays.settle(terms, claims, used)
    benefits = calculate(given, BOOKS[book])
    number = {item.setl_id: place for place, item in enumerate(given)}
    names = [name for name in arrays.RESULTS if name in Amounts.__dataclass_fields__]
    for benefit in benefits:
        here = number[benefit.settlement.setl_id]
        assert found["status"][here] == STATUS[benefit.status], (benefit.settlement, benefit.reason)
        wanted = {name: fen(getattr(benefit.amounts, name)) for name in names}
        assert {name: int(found[name][here]) for name in names} == wanted, benefit.settlement
    return benefits


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_equal_on_random_settlements_with_reversals(seed: int) -> None:
    benefits = compared(random_settlements(seed, people=80), "sample")
    assert sum(item.amounts.moved > 0 for item in benefits) > 100
    assert sum(item.settlement.original_id is not None for item in benefits) > 100


def varied(seed: int, people: int, each: int) -> list[Settlement]:
    """Every kind of care, group, place and population, days around the changes, doubled and unknown reversals."""
    draw = random.Random(seed)
    days = [dt.date(2006, 12, 30), dt.date(2007, 1, 1), dt.date(2020, 12, 30), dt.date(2021, 1, 1)]
    days += [dt.date(2024, 3, 1)] * 3
    found: list[Settlement] = []
    for person in range(people):
        scheme = draw.choice(["employee", "employee", "resident"])
        is_civil = scheme == "employee" and draw.random() < 0.5
        is_cadre = is_civil and draw.random() < 0.2
        for number in range(each):
            day = draw.choice(days) + dt.timedelta(days=draw.randrange(3))
            kind = draw.choice(
                ["inpatient", "inpatient", "outpatient", "chronic", "pharmacy", "maternity", "other"]
            )
            cost = (
                Decimal(draw.choice([100, 99_999, 500_000, 4_405_001, 12_345_678]) + draw.randrange(99)) / 100
            )
            partial = (cost * draw.randrange(0, 100) / 100).quantize(Decimal("0.01"))
            found.append(
                Settlement(
                    f"{person:03d}-{number:03d}", dt.datetime(2025, 1, 1) + dt.timedelta(minutes=draw.randrange(9_999)),
                    str(person), draw.choice(AREAS), scheme, kind, day,
                    Composition(Decimal("1.23"), Decimal("0.45"), (partial / 7).quantize(Decimal("0.01")), cost - partial, partial),
                    draw.choice("1239"), draw.choice(["local", "local", "referred", "unreferred"]),
                    "all" if scheme == "resident" else draw.choice(["in_service", "retired"]),
                    is_civil, is_civil and draw.random() < 0.5, is_cadre, scheme == "resident" and draw.random() < 0.5,
                )
            )  # fmt: skip
            if draw.random() < 0.2:
                found.append(
                    reversal_of(
                        found[-1], dt.datetime(2025, 1, 8) + dt.timedelta(minutes=draw.randrange(999))
                    )
                )
    again = [item for item in found if item.original_id][: people // 5]
    found += [reversal_of(item, dt.datetime(2025, 2, 1)) for item in again]  # of a reversal
    return found


@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize("seed", [11, 12])
def test_equal_on_everything_that_can_happen(seed: int, book: str) -> None:
    benefits = compared(varied(seed, people=60, each=20), book)
    assert {item.status for item in benefits} == set(STATUS)
    if book == "sample":
        for name in ("large", "civil_servant", "privileged", "critical", "assistance", "off_fund"):
            assert any(getattr(item.amounts, name) > 0 for item in benefits), name


@pytest.mark.parametrize(
    "case", [name for name, rows in cases.ALL_CASES.items() if rows[0]["what"] == "settle"]
)
def test_equal_on_the_hand_worked_cases(case: str) -> None:
    given = [cases.pairs(row["fields"]) for row in cases.ALL_CASES[case]]
    compared(
        [cases.settlement(case, number, fields) for number, fields in enumerate(given)],
        given[0].get("book", "sample"),
    )


def months_of(given: Sequence[Settlement]) -> list[list[Settlement]]:
    """The same in the order of the calculator, by month of settlement."""
    months: dict[str, list[Settlement]] = {}
    for item in sorted(given, key=lambda item: (item.setl_time, item.setl_id)):
        months.setdefault(f"{item.setl_time:%Y%m}", []).append(item)
    return list(months.values())


def test_month_after_month_is_all_at_once() -> None:
    """Accumulators are carried on, and a reversal in a later month gives back what its original took."""
    given = random_settlements(5, people=60)
    terms = TERMS["sample"]
    claims, slots = as_claims(given, terms)
    at_once = np.zeros((slots, len(arrays.ACCUMULATORS)), np.int64)
    whole, _ = arrays.settle(terms, claims, at_once)
    number = {item.setl_id: place for place, item in enumerate(given)}
    used = np.zeros_like(at_once)
    effects: dict[str, np.ndarray] = {}
    carried_count = 0
    for month in months_of(given):
        where = np.array([number[item.setl_id] for item in month])
        original = np.full(len(month), arrays.NO_ORIGINAL)
        carried = np.zeros((len(month), len(arrays.ACCUMULATORS)), np.int64)
        ids = [item.setl_id for item in month]
        for here, item in enumerate(month):
            if item.original_id in ids:
                original[here] = ids.index(item.original_id)
            elif item.original_id is not None:
                original[here], carried[here] = arrays.CARRIED, effects[item.original_id]
                carried_count += 1
        part = claims.take(where)
        part = arrays.Claims(
            **{name: getattr(part, name) for name in part.__dataclass_fields__} | {"original": original}
        )
        found, effect = arrays.settle(terms, part, used, carried)
        effects |= dict(zip(ids, effect, strict=True))
        settled = original != arrays.CARRIED
        for name in arrays.RESULTS:
            assert (found[name][settled] == whole[name][where][settled]).all(), name
    assert (used == at_once).all() and carried_count > 50


def test_an_amount_finer_than_a_fen_and_one_too_large_are_refused() -> None:
    with pytest.raises(ValueError, match="更细"):
        arrays.whole(Decimal("0.001"), 100)
    claims, slots = as_claims(random_settlements(1, people=1), TERMS["sample"])
    claims.plain[0] = arrays.LARGEST + 1
    with pytest.raises(ValueError, match="两千万"):
        arrays.settle(TERMS["sample"], claims, np.zeros((slots, len(arrays.ACCUMULATORS)), np.int64))


def test_the_book_may_have_no_sample_rows_at_all() -> None:
    empty = PolicyBook({}, {})
    terms = arrays.read_terms(empty, AREAS, FIRST, LAST)
    given = [item for item in random_settlements(1, people=2) if item.original_id is None]
    claims, slots = as_claims(given, terms)
    found, _ = arrays.settle(terms, claims, np.zeros((slots, len(arrays.ACCUMULATORS)), np.int64))
    assert (found["status"] == arrays.NOT_REPLAYABLE).all() and (found["pooled"] == 0).all()
