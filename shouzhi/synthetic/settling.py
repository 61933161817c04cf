"""A month's visits become settlements: bills, benefits by the policy on the year's accumulators, planted deviations.

Accumulators (a row for each person, place of insurance and benefit year) are kept in files of the working folder, so
that memory depends on how many persons are worked on at a time, not on how many there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shouzhi.synthetic import array_calculator as rules
from shouzhi.synthetic.bills import Lines, itemised
from shouzhi.synthetic.deviations import FUND_COLUMNS, Deviation, plant
from shouzhi.synthetic.settings import Plan, month_of, year_of

Fen = NDArray[np.int64]
Columns = dict[str, NDArray[Any]]
PLACES_OF_INSURANCE = 2  # of a person: before and after changing scheme or area
LATEST = 6  # months that a claim may come late: until then last year's accumulators are needed
AMOUNTS = (
    "fee",
    "own",
    "over",
    "preself",
    "inscp",
    "dedc_std",
    "dedc_paid",
    *FUND_COLUMNS,
    "fund",
    "psn",
    "acct",
    "cash",
)


@dataclass
class Settling:
    """Carries accumulators, what reversals of next month will give back, and what was planted."""

    plan: Plan
    folder: Path
    planted: list[Deviation] = field(default_factory=list)
    waiting: set[int] = field(
        default_factory=set
    )  # ranges whose last month was delivered: its reversals have a table
    _pending: dict[int, Fen] = field(default_factory=dict)  # id of an original → what it took

    @cached_property
    def terms(self) -> rules.Terms:
        areas = [area.code for area in self.plan.region.areas]
        first = dt.date(year_of(self.plan.start) - 1, 1, 1)
        return rules.read_terms(self.plan.book, areas, first, dt.date(year_of(self.plan.last) + 1, 1, 1))

    @contextmanager
    def _used(self, year: int, low: int, persons: int, is_delivered: bool) -> Iterator[Fen]:
        """The accumulators of a range of persons in a year, as a file that is read and written in place."""
        path = self.folder / f"used_{'' if is_delivered else 'before_'}{year}_{low}.npy"
        shape = (persons * PLACES_OF_INSURANCE, len(rules.ACCUMULATORS))
        mode = "r+" if path.exists() else "w+"
        used = np.lib.format.open_memmap(
            path, mode=mode, dtype=np.int64, shape=None if mode == "r+" else shape
        )
        yield used
        del used

    def settle(
        self, month: int, low: int, high: int, visits: Columns, reversals: Columns, is_delivered: bool
    ) -> tuple[Columns, Lines]:
        """Amount columns for ``visits``, and the lines of their bills; ``reversals`` (of earlier months) give back.

        Months before the first delivered one have accumulators of their own, which nobody sees.
        """
        p = self.plan.parameters
        composition, lines = _compositions(visits)
        claims = _claims(self.terms, visits, composition, reversals, low)
        carried = np.zeros((len(claims), len(rules.ACCUMULATORS)), np.int64)
        count = len(visits["person"])
        for number, original in enumerate(reversals["id"].tolist(), start=count):
            carried[number] = self._pending.pop(original)
        year = np.concatenate([visits["year"], reversals["year"], visits["year"][visits["fate"] == 1]])
        found, effect = self._on_accumulators(month, low, high - low, claims, carried, year, is_delivered)
        found = {name: amount[:count] for name, amount in found.items()}
        if (found["status"] == rules.NOT_REPLAYABLE).any():
            raise ValueError("样例参数不全：有样例结算不能按规则计算")
        if is_delivered:
            for number in np.flatnonzero(visits["fate"] == 2).tolist():
                self._pending[int(visits["id"][number])] = effect[number].copy()  # not a view of them all
        columns = _paid(visits, composition, found, round(p["ratio.outside_rules"] * rules.MILLION))
        if self.plan.scenario != "steady" and is_delivered:
            self.planted += plant(month, visits, columns["inscp"], found, columns)
        return _persons_part(self.plan, visits, columns), lines

    def _on_accumulators(
        self,
        month: int,
        low: int,
        persons: int,
        claims: rules.Claims,
        carried: Fen,
        year: Fen,
        is_delivered: bool,
    ) -> tuple[rules.Results, Fen]:
        """Settles the claims of this year and of last year, each on its own accumulators."""
        found = {name: np.zeros(len(claims), np.int64) for name in rules.RESULTS}
        effect = np.zeros_like(carried)
        for of_year in (year_of(month) - 1, year_of(month)):
            here = np.flatnonzero(year == of_year)
            if not len(here):
                continue
            position = np.full(len(claims), rules.NOT_FOUND)
            position[here] = np.arange(len(here))
            part = claims.take(here)
            inside = part.original >= 0
            part.original[inside] = position[part.original[inside]]
            slots, part.slot[:] = np.unique(part.slot, return_inverse=True)
            with self._used(of_year, low, persons, is_delivered) as kept:
                used = kept[slots]
                results, change = rules.settle(self.terms, part, used, carried[here])
                kept[slots] = used
            effect[here] = change
            for name, amount in results.items():
                found[name][here] = amount
        if month_of(month) > LATEST + 1:
            (self.folder / f"used_{year_of(month) - 1}_{low}.npy").unlink(missing_ok=True)
        return found, effect


def _compositions(visits: Columns) -> tuple[Columns, Lines]:
    """Own, over the limit, first self-payment, plain and partly covered cost: from the lines where there are any."""
    fee, own, over, first = (visits[name].astype(np.int64) for name in ("fee", "own", "over", "preself"))
    billed = np.flatnonzero(visits["is_stay"] | (visits["kind"] == rules.CHRONIC))
    totals, lines = itemised(
        fee[billed],
        own[billed],
        over[billed],
        first[billed],
        visits["is_stay"][billed],
        visits["bits"][billed],
    )
    own[billed], over[billed], first[billed] = totals.own, totals.over_limit, totals.first_self_pay
    partial = np.zeros_like(fee)
    partial[billed] = totals.partial
    lines.bill[:] = billed[lines.bill]
    plain = fee - own - over - first - partial
    return {"fee": fee, "own": own, "over": over, "preself": first, "plain": plain, "partial": partial}, lines


def _claims(terms: rules.Terms, visits: Columns, cost: Columns, reversals: Columns, low: int) -> rules.Claims:
    """Visits, reversals of earlier months, and reversals of this month's visits (on its 28th), in this order."""
    same_month = np.flatnonzero(visits["fate"] == 1)
    zeros = np.zeros(len(reversals["id"]), np.int64)

    def slot_of(given: Columns) -> Fen:
        return (given["person"].astype(np.int64) - low) * PLACES_OF_INSURANCE + (given["part"] == 3)

    def moment_of(given: Columns, day: Any) -> Fen:
        # the calculator's order within a month: day, second, and the settlement's number, which begins with its month
        return ((day * 86_400 + given["second"]).astype(np.int64) << 28) + given["number"]

    scheme = visits["scheme"].astype(np.int64) - 1
    group = np.where(scheme == rules.RESIDENT, 2, visits["is_retired"].astype(np.int64))
    referral = np.where(visits["is_referred"], rules.REFERRED, rules.UNREFERRED)
    columns = {
        "slot": slot_of(visits),
        "moment": moment_of(visits, visits["day"]),
        "row": terms.row(scheme, visits["area"].astype(np.int64), visits["ended_day"].astype(np.int64)),
        "scheme": scheme,
        "kind": visits["kind"].astype(np.int64),
        "group": group,
        "level": np.where(visits["level_code"] == 9, 3, visits["level_code"] - 1).astype(np.int64),
        "place": np.where(visits["place"] == 0, rules.LOCAL, referral),
        "is_civil_servant": visits["is_civil"],
        "is_privileged": visits["is_privileged"],
        "is_provincial_cadre": visits["is_cadre"],
        "is_assisted": visits["is_poor"],
        "own": cost["own"],
        "over_limit": cost["over"],
        "first_self_pay": cost["preself"],
        "plain": cost["plain"],
        "partial": cost["partial"],
        "original": np.full(len(scheme), rules.NO_ORIGINAL),
    }
    earlier = {name: zeros.astype(column.dtype) for name, column in columns.items()} | {
        "slot": slot_of(reversals),
        "moment": moment_of(reversals, reversals["day"]),
        "original": zeros + rules.CARRIED,
    }
    again = {name: column[same_month] for name, column in columns.items()} | {
        "moment": moment_of(visits, 28)[same_month] + 500,
        "original": same_month,
    }
    return rules.Claims(
        **{name: np.concatenate([columns[name], earlier[name], again[name]]) for name in columns}
    )


def _paid(visits: Columns, cost: Columns, found: rules.Results, outside_ratio: int) -> Columns:
    """The fund columns of setl_d. Cadres' cost is the original channel's and in no column; what no rule covers is paid
    by a share of the sample's own and counts against no cap."""
    in_scope = cost["plain"] + cost["partial"]
    outside = found["status"] == rules.OUTSIDE_RULES
    return {
        "fee": cost["fee"],
        "own": cost["own"],
        "over": cost["over"],
        "preself": cost["preself"],
        "inscp": in_scope,
        "dedc_std": found["deductible_standard"],
        "dedc_paid": found["deductible"],
        "hifp": np.where(
            outside, rules.half_up(in_scope, np.full_like(in_scope, outside_ratio)), found["pooled"]
        ),
        "cvlserv": found["civil_servant"],
        "hifmi": found["critical"],
        "hifob": found["large"],
        "maf": found["assistance"],
    }


def _persons_part(plan: Plan, visits: Columns, columns: Columns) -> Columns:
    """What is left to the person, from the account as far as it is used."""
    p = plan.parameters
    fund = sum(columns[name] for name in FUND_COLUMNS)
    person = columns["fee"] - fund
    use = np.select(
        [
            (visits["scheme"] == 2) | visits["is_manual"] | visits["is_cadre"],
            visits["kind"] == rules.PHARMACY,
            visits["is_stay"],
        ],
        [
            0,
            round(p["account_use.pharmacy"] * rules.MILLION),
            round(p["account_use.inpatient"] * rules.MILLION),
        ],
        round(p["account_use.outpatient"] * rules.MILLION),
    )
    account = rules.half_up(person, use)
    return columns | {"fund": fund, "psn": person, "acct": account, "cash": person - account}
