"""The calculator's rules over whole arrays: what settles the sample region's millions of claims.

``calculator.calculate`` works out one settlement after the other in exact decimals; here the same rules (its decisions
D1 to D16) run over numpy arrays in whole fen and millionths, one settlement of a person's year at a time: step 0 takes
everybody's first one, step 1 everybody's second one, and so on. No SQL; the accumulators are handed in and carried on by
the caller, so that months can be settled one after the other. Tests hold it equal to ``calculator.calculate`` on every
row of random samples and on all hand-worked cases.

Longer than 150 lines because the layers of a settlement share their arrays: one step is one page of arithmetic.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cache
from itertools import pairwise, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shouzhi.synthetic.calculator import ADMISSION_CODES
from shouzhi.synthetic.policy_book import ANY, NotReplayable, Parameter, PolicyBook

Fen = NDArray[np.int64]
Mask = NDArray[np.bool_]

EMPLOYEE, RESIDENT = 0, 1
INPATIENT, OUTPATIENT, CHRONIC, PHARMACY, MATERNITY, OTHER = 1, 2, 3, 4, 5, 6
KINDS = {
    "inpatient": INPATIENT, "outpatient": OUTPATIENT, "chronic": CHRONIC, "pharmacy": PHARMACY,
    "maternity": MATERNITY, "other": OTHER,
}  # fmt: skip
GROUPS = ("in_service", "retired", "all")
LEVELS = ("1", "2", "3", "9")
PLACES = ("local", "referred", "unreferred")
LOCAL, REFERRED, UNREFERRED = range(3)
REPLAYED, NOT_REPLAYABLE, OUTSIDE_RULES = range(3)

# What a person has used of a year: the fields of calculator.Year; the last counts what could not be replayed (D16).
ACCUMULATORS = (
    "admissions", "pooled", "large", "civil_servant", "privileged", "privileged_scope", "outpatient",
    "outpatient_scope", "chronic_scope", "critical", "critical_scope", "assistance", "unknown",
)  # fmt: skip
(
    ADMISSIONS, POOLED, LARGE, CIVIL_SERVANT, PRIVILEGED, PRIVILEGED_SCOPE, OUT, OUT_SCOPE, CHRONIC_SCOPE,
    CRITICAL, CRITICAL_SCOPE, ASSISTANCE, UNKNOWN,
) = range(len(ACCUMULATORS))  # fmt: skip

NO_ORIGINAL, CARRIED, NOT_FOUND = -1, -2, -3
MISSING = -1
MILLION = 1_000_000
ENDLESS = 1 << 60
LARGEST = 2_000_000_000  # fen: products of two amounts stay below 2**63


def half_up(amount: Fen, ratio: Fen) -> Fen:
    """``amount`` × ``ratio`` (millionths), half up to the fen; never for negative amounts."""
    return (amount * ratio + MILLION // 2) // MILLION


def shared(amount: Fen, part: Fen, whole: Fen) -> Fen:
    """``amount`` × ``part`` ÷ ``whole``, half up to the fen; 0 where there is no whole."""
    below = np.maximum(whole, 1)
    return np.where(whole > 0, (2 * amount * part + below) // (2 * below), 0)


def days_of(day: dt.date) -> int:
    """Days since 1970."""
    return day.toordinal() - 719_163


# --- the policy as tables --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Terms:
    """Every value in force, by scheme, area and stretch of days (``edges``); MISSING where nothing binds."""

    areas: dict[str, int]
    edges: Fen
    values: dict[str, Fen]
    deductible: Fen  # (row, group, level, place, order of admission)
    ladder: Fen  # (row, kind, group, level, place, bracket, lower / upper / ratio)

    def row(self, scheme: Fen, area: Fen, day: Fen) -> Fen:
        stretch = np.searchsorted(self.edges, day, side="right")
        return (scheme * len(self.areas) + area) * (len(self.edges) + 1) + stretch


# name here → parameter by scheme, population; the amounts are read as fen, the others as millionths
AMOUNTS: dict[str, tuple[str, str, str]] = {
    "pooled_cap": ("pooled_cap_yuan", "resident_pooled_cap_yuan", "all"),
    "outpatient_cap": ("outpatient_cap_yuan", "resident_outpatient_cap_yuan", "all"),
    "outpatient_deductible": ("outpatient_deductible_yuan", "resident_outpatient_deductible_yuan", "all"),
    "chronic_deductible": ("chronic_deductible_yuan", "resident_chronic_deductible_yuan", "all"),
    "large_cap": ("large_cap_yuan", "", "all"),
    "civil_servant_cap": ("civil_servant_cap_yuan", "", "civil_servant"),
    "privileged_deductible": ("privileged_outpatient_deductible_yuan", "", "privileged"),
    "privileged_cap": ("privileged_outpatient_cap_yuan", "", "privileged"),
    "critical_deductible": ("", "critical_deductible_yuan", "all"),
    "critical_cap": ("", "critical_cap_yuan", "all"),
    "assistance_cap": ("", "assistance_cap_yuan", "all"),
}
RATIOS: dict[str, tuple[str, str, str]] = {
    "large_local": ("large_ratio", "", "all"),
    "large_referred": ("large_referred_ratio", "", "all"),
    "large_partial": ("large_partial_ratio", "", "all"),
    "large_partial_referred": ("large_partial_referred_ratio", "", "all"),
    "civil_servant": ("civil_servant_inpatient_ratio", "", "civil_servant"),
    "privileged": ("privileged_outpatient_ratio", "", "privileged"),
    "privileged_inside": ("privileged_in_civil_servant_cap", "", "privileged"),
    "provincial_cadre": ("provincial_cadre_ratio", "provincial_cadre_ratio", "provincial_cadre"),
    "critical_share": ("", "critical_ratio", "all"),
    "assistance_share": ("", "assistance_ratio", "all"),
}
PREFIX = ("", "resident_")


def whole(value: Decimal, scale: int) -> int:
    """A value of the seeds as a whole number of fen (100) or millionths; anything finer is refused."""
    scaled = value * scale
    if scaled != scaled.to_integral_value():
        raise ValueError(f"参数值 {value} 比分更细，样例算不了")
    return int(scaled)


def read_terms(book: PolicyBook, areas: Sequence[str], first: dt.date, last: dt.date) -> Terms:
    """The book as tables for ``areas`` and for settlements whose service ended from ``first`` to ``last``."""
    edges = sorted(
        {
            edge
            for rows in book.parameters.values()
            for row in rows
            for edge in (row.valid_from, row.valid_to)
            if edge is not None and first < edge <= last
        }
    )
    places = [
        (scheme, area, day) for scheme in (EMPLOYEE, RESIDENT) for area in areas for day in (first, *edges)
    ]

    def column(name: tuple[str, str, str], scale: int) -> Fen:
        found = [book.find(name[scheme], area, day, name[2]) for scheme, area, day in places]
        return np.array([MISSING if row is None else whole(row.value, scale) for row in found], np.int64)

    in_force = reader_of(book)
    shape = (len(places), len(GROUPS), len(LEVELS), len(PLACES))
    longest = max((len({row.lower_yuan for row in rows}) for rows in book.parameters.values()), default=1)
    deductible = np.full((*shape, len(ADMISSION_CODES)), MISSING, np.int64)
    ladder = np.zeros((len(places), 3, *shape[1:], longest, 3), np.int64)
    ladder[..., 0, 2] = MISSING
    cells = product(enumerate(places), enumerate(GROUPS), enumerate(LEVELS), enumerate(PLACES))
    for (row_number, (scheme, area, day)), (group_number, group), *cell in cells:
        if (group == "all") != (scheme == RESIDENT):
            continue
        (level_number, level), (place_number, place) = cell
        at = (group_number, level_number, place_number)
        for order, code in enumerate(ADMISSION_CODES):
            rows = in_force(
                f"{PREFIX[scheme]}inpatient_deductible_{code}_yuan", area, day, group, level, place
            )
            if rows:
                deductible[row_number, *at, order] = whole(rows[0].value, 100)
        for kind in ("inpatient", "outpatient", "chronic"):
            rows = in_force(payment_code(scheme, kind), area, day, group, level, place)
            for rung, row in enumerate(rows):
                upper = ENDLESS if row.upper_yuan is None else whole(row.upper_yuan, 100)
                numbers = (whole(row.lower_yuan, 100), upper, whole(row.value, MILLION))
                ladder[row_number, KINDS[kind] - 1, *at, rung] = numbers
    return Terms(
        {area: number for number, area in enumerate(areas)},
        np.array([days_of(edge) for edge in edges], np.int64),
        {name: column(codes, 100) for name, codes in AMOUNTS.items()}
        | {name: column(codes, MILLION) for name, codes in RATIOS.items()},
        deductible,
        ladder,
    )


Rows = tuple[Parameter, ...]
Reader = Callable[..., Rows]


def reader_of(book: PolicyBook) -> Reader:
    """``(code, area, day, group, level, place)`` → the rows in force, none where nothing binds.

    What the rows of a parameter do not depend on is not asked for, so that every answer is looked up once.
    """
    differing = {
        code: tuple(
            any(getattr(row, name) != ANY for row in rows)
            for name in ("person_group_code", "hospital_level_code", "place_code")
        )
        for code, rows in book.parameters.items()
    }

    @cache
    def known(code: str, area: str, day: dt.date, *cell: str) -> Rows:
        try:
            return book.brackets(code, area, day, *cell)
        except NotReplayable:
            return ()

    def rows(code: str, area: str, day: dt.date, *cell: str) -> Rows:
        differs = differing.get(code, (False,) * 3)
        return known(
            code, area, day, *(want if does else ANY for want, does in zip(cell, differs, strict=True))
        )

    return rows


def payment_code(scheme: int, kind: str) -> str:
    """The rows by which the pooled fund pays: brackets, or one row for residents' chronic and ordinary care."""
    if scheme == RESIDENT and kind != "inpatient":
        return f"resident_{kind}_ratio"
    return PREFIX[scheme] + ("pooled_ratio" if kind == "inpatient" else f"{kind}_ratio")


# --- settlements and results -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claims:
    """One element a settlement, amounts in fen; ``row`` of the terms says scheme, area and day on which service ended.

    ``slot`` is the row of the accumulators (one a person, area, scheme and year); ``moment`` orders the settlements of a
    slot. ``original`` is the element that a reversal takes back, NO_ORIGINAL for a settlement, CARRIED for a reversal
    whose original was settled earlier (its effect is then handed in), NOT_FOUND where nobody knows it.
    """

    slot: Fen
    moment: Fen
    row: Fen  # of Terms
    scheme: Fen
    kind: Fen
    group: Fen
    level: Fen
    place: Fen
    is_civil_servant: Mask
    is_privileged: Mask
    is_provincial_cadre: Mask
    is_assisted: Mask
    own: Fen
    over_limit: Fen
    first_self_pay: Fen
    plain: Fen
    partial: Fen
    original: Fen

    def __len__(self) -> int:
        return len(self.slot)

    def take(self, where: Any) -> Claims:
        return Claims(*(getattr(self, part.name)[where] for part in fields(self)))


RESULTS = (
    "status", "deductible_standard", "deductible_due", "deductible", "pooled", "moved", "large", "civil_servant",
    "privileged", "critical", "assistance", "off_fund", "cut",
)  # fmt: skip
Results = dict[str, Fen]


def settle(terms: Terms, claims: Claims, used: Fen, carried: Fen | None = None) -> tuple[Results, Fen]:
    """Every settlement on the accumulators before it; ``used`` (slot × ACCUMULATORS) is moved on in place.

    Returns the results and what each settlement added to its accumulators. ``carried`` gives that effect for originals
    of CARRIED reversals.
    """
    count = len(claims)
    if (
        count
        and max(int(getattr(claims, name).max()) for name in ("plain", "partial", "first_self_pay")) > LARGEST
    ):
        raise ValueError("单笔结算超过两千万元，样例算不了")
    by_slot = np.lexsort((claims.moment, claims.slot))
    starts = np.flatnonzero(np.diff(claims.slot[by_slot], prepend=-1))
    lengths = np.diff(np.append(starts, count))
    rank = np.empty(count, np.int64)
    rank[by_slot] = np.arange(count) - np.repeat(starts, lengths)
    order = np.argsort(rank, kind="stable")
    bounds = np.append(0, np.cumsum(np.bincount(rank, minlength=1)))
    position = np.empty(count, np.int64)
    position[order] = np.arange(count)
    sorted_claims = claims.take(order)
    original = sorted_claims.original
    original = np.where(original >= 0, position[np.maximum(original, 0)], original)

    results = {name: np.zeros(count, np.int64) for name in RESULTS}
    effect = np.zeros((count, len(ACCUMULATORS)), np.int64)
    is_done, is_reversed = np.zeros(count, bool), np.zeros(count, bool)
    for lower, upper in pairwise(bounds):
        here = slice(int(lower), int(upper))
        part = sorted_claims.take(here)
        before = used[part.slot]
        amounts, change = step(terms, part, before)
        of = original[here]
        returns = np.flatnonzero(of != NO_ORIGINAL)
        if len(returns):
            change[returns] = 0
            for amount in amounts.values():
                amount[returns] = 0
            amounts["status"][returns] = NOT_REPLAYABLE
            known = returns[of[returns] >= 0]
            known = known[is_done[of[known]] & ~is_reversed[of[known]]]
            is_reversed[of[known]] = True
            change[known] = -effect[of[known]]
            for name, amount in amounts.items():
                amount[known] = results[name][of[known]] * (1 if name == "status" else -1)
            if carried is not None:
                handed = returns[of[returns] == CARRIED]
                change[handed] = -carried[order[here][handed]]
                amounts["status"][handed] = REPLAYED
        used[part.slot] += change  # a slot comes once in a step
        effect[here] = change
        is_done[here] = of == NO_ORIGINAL
        for name, amount in amounts.items():
            results[name][here] = amount
    return {name: amount[position] for name, amount in results.items()}, effect[position]


def step(terms: Terms, at: Claims, before: Fen) -> tuple[Results, Fen]:
    """One settlement of each slot: amounts, and what it adds to the accumulators."""
    missing = np.zeros(len(at), bool)

    def value(name: str, needed: Mask) -> Fen:
        """A value where it is needed; where it is needed and nothing binds the settlement cannot be replayed."""
        nonlocal missing
        found = terms.values[name][at.row]
        missing |= needed & (found == MISSING)
        return np.where(needed, np.maximum(found, 0), 0)

    def left_of(cap: Fen, accumulator: int) -> Fen:
        return np.maximum(cap - before[:, accumulator], 0)

    zero = np.zeros(len(at), np.int64)
    in_scope = at.plain + at.partial
    fee = in_scope + at.own + at.over_limit + at.first_self_pay
    cadre = at.is_provincial_cadre
    outside = np.isin(at.kind, (MATERNITY, OTHER)) & ~cadre
    layered = ~outside & ~cadre & (at.kind != PHARMACY)
    employee, resident = at.scheme == EMPLOYEE, at.scheme == RESIDENT
    inpatient, outpatient, chronic = (at.kind == kind for kind in (INPATIENT, OUTPATIENT, CHRONIC))

    # NMG-2007 1.3: in full, from the original channel (D8)
    off_fund = np.where(cadre, half_up(fee, value("provincial_cadre", cadre)), 0)

    # NMG-2007 1.4.1: privileged persons' ordinary outpatient care, where that clause binds (D9, D10)
    special = layered & outpatient & at.is_privileged & (terms.values["privileged"][at.row] != MISSING)
    inside = terms.values["privileged_inside"][at.row] == MILLION
    counted = before[:, CIVIL_SERVANT] - np.where(inside, 0, before[:, PRIVILEGED])
    privileged = zero
    if special.any():
        line = value("privileged_deductible", special)
        scope = before[:, PRIVILEGED_SCOPE]
        above = np.maximum(scope + in_scope - line, 0) - np.maximum(scope - line, 0)
        privileged = np.minimum(
            half_up(above, value("privileged", special)),
            left_of(value("privileged_cap", special), PRIVILEGED),
        )
        cap = value("civil_servant_cap", special & inside)
        privileged = np.where(inside, np.minimum(privileged, np.maximum(cap - counted, 0)), privileged)
        privileged = np.where(special, privileged, 0)

    # The basic funds: deductible, brackets, limit of ordinary outpatient care, cap (D2, D3, D4)
    basic = layered & ~special
    by_admission = terms.deductible[
        at.row, at.group, at.level, at.place, np.minimum(before[:, ADMISSIONS], 2)
    ]
    missing |= basic & inpatient & (by_admission == MISSING)
    standard = np.where(
        inpatient,
        by_admission,
        value("outpatient_deductible", basic & outpatient) + value("chronic_deductible", basic & chronic),
    )
    standard = np.where(basic, np.maximum(standard, 0), 0)
    scope_before = np.where(outpatient, before[:, OUT_SCOPE], np.where(chronic, before[:, CHRONIC_SCOPE], 0))
    due = np.maximum(standard - scope_before, 0)
    deductible = np.where(basic, np.minimum(due, in_scope), 0)
    eligible = np.where(basic, in_scope - deductible, 0)
    rungs = terms.ladder[at.row, np.where(basic, at.kind - 1, 0), at.group, at.level, at.place]
    missing |= basic & (rungs[:, 0, 2] == MISSING)
    costs, pays, ratios = [], [], []
    for number in range(rungs.shape[1]):
        lower, upper, ratio = rungs[:, number, 0], rungs[:, number, 1], np.maximum(rungs[:, number, 2], 0)
        costs.append(np.maximum(np.minimum(eligible, upper) - lower, 0))
        pays.append(half_up(costs[-1], ratio))
        ratios.append(ratio)
    limit = np.sum(pays, axis=0)
    ordinary = basic & outpatient
    limit = np.where(ordinary, np.minimum(limit, left_of(value("outpatient_cap", ordinary), OUT)), limit)
    pooled = np.minimum(limit, left_of(value("pooled_cap", basic), POOLED))
    moved, unpaid = zero, np.where(employee & basic & ~outpatient, limit - pooled, 0)
    if unpaid.any():
        for cost, pay, ratio in zip(reversed(costs), reversed(pays), reversed(ratios), strict=True):
            left = np.minimum(unpaid, pay)
            back = shared(left, np.full_like(left, MILLION), ratio)
            moved = moved + np.where(left == pay, np.where(left > 0, cost, 0), back)
            unpaid = unpaid - left

    # NMG-2007 1.2.2, 1.2.3: the large-claim fund (D4, D5, D6)
    large = zero
    over = (moved > 0) & (at.place != UNREFERRED)
    if over.any():
        referred = at.place == REFERRED
        plain_ratio = value("large_local", over & ~referred) + value("large_referred", over & referred)
        partial = np.where(over & inpatient, shared(moved, at.partial, in_scope), 0)
        mixed = partial > 0
        partial_ratio = value("large_partial", mixed & ~referred) + value(
            "large_partial_referred", mixed & referred
        )
        whole_partial = partial + shared(at.first_self_pay, partial, at.partial)
        wanted = half_up(np.where(over, moved - partial, 0), plain_ratio) + half_up(
            whole_partial, partial_ratio
        )
        large = np.where(over, np.minimum(wanted, left_of(value("large_cap", over), LARGE)), 0)

    # NMG-2007 1.4.2: the civil servants' subsidy of an admission (D10)
    subsidised = basic & employee & inpatient & at.is_civil_servant
    left = np.maximum(in_scope - pooled - large, 0)
    wanted = half_up(left, value("civil_servant", subsidised))
    cap = value("civil_servant_cap", subsidised)
    subsidy = np.where(subsidised, np.minimum(wanted, np.maximum(cap - counted, 0)), 0)

    # Residents: critical illness and medical assistance (sample)
    heavy = basic & resident & ~outpatient
    burden = np.where(heavy, in_scope - pooled, 0)
    line, scope = value("critical_deductible", heavy), before[:, CRITICAL_SCOPE]
    above = np.maximum(scope + burden - line, 0) - np.maximum(scope - line, 0)
    critical = np.minimum(
        half_up(above, value("critical_share", heavy)), left_of(value("critical_cap", heavy), CRITICAL)
    )
    critical = np.where(heavy, critical, 0)
    assisted = basic & resident & inpatient & at.is_assisted
    left = np.where(assisted, in_scope - pooled - critical, 0)
    wanted = half_up(left, value("assistance_share", assisted))
    assistance = np.minimum(wanted, left_of(value("assistance_cap", assisted), ASSISTANCE))
    assistance = np.where(assisted, assistance, 0)

    lost = layered & (before[:, UNKNOWN] > 0)
    status = np.where(outside, OUTSIDE_RULES, np.where(missing | lost, NOT_REPLAYABLE, REPLAYED))
    kept = status == REPLAYED
    amounts = (
        standard, np.where(basic, due, 0), deductible, pooled, moved, large, subsidy + privileged, privileged,
        critical, assistance, off_fund, limit - pooled,  # the last: what the cap of the pooled fund left unpaid
    )  # fmt: skip
    results = dict(zip(RESULTS, (status, *(np.where(kept, amount, 0) for amount in amounts)), strict=True))

    change = np.zeros((len(at), len(ACCUMULATORS)), np.int64)
    for accumulator, amount in (
        (ADMISSIONS, basic & inpatient),
        (POOLED, pooled),
        (LARGE, large),
        (CIVIL_SERVANT, subsidy + privileged),
        (PRIVILEGED, privileged),
        (PRIVILEGED_SCOPE, np.where(special, in_scope, 0)),
        (OUT, np.where(ordinary, pooled, 0)),
        (OUT_SCOPE, np.where(ordinary, in_scope, 0)),
        (CHRONIC_SCOPE, np.where(basic & chronic, in_scope, 0)),
        (CRITICAL, critical),
        (CRITICAL_SCOPE, burden),
        (ASSISTANCE, assistance),
    ):
        change[:, accumulator] = amount
    change[~kept] = 0
    change[:, UNKNOWN] = status == NOT_REPLAYABLE
    return results, change
