"""Benefits that are paid wrongly on purpose: about one a month, so that the replay has something to find.

A deviation changes what one fund paid and what is left to the person; the accumulators go on by the right amounts. Only
settlements that are never taken back are chosen, and at most what the person paid is shifted.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shouzhi.synthetic import array_calculator as rules

Fen = NDArray[np.int64]
Columns = dict[str, NDArray[Any]]
LEAST = 100  # fen: a deviation is at least one yuan
POOLED_FUND = {1: "310100", 2: "390100"}


@dataclass(frozen=True)
class Deviation:
    """One row of ``truth/benefit_deviations.csv``: what ``fund_code`` paid too much (fen; negative: too little)."""

    setl_id: str
    fund_code: str
    planted: int
    cause_code: str


@dataclass(frozen=True)
class Month:
    """What a cause is chosen from: the visits of a month, their composition, and the right amounts."""

    visits: Columns
    in_scope: Fen
    found: rules.Results
    person_pays: Fen

    @property
    def admission(self) -> NDArray[np.bool_]:
        """Admissions that the pooled fund pays below its cap."""
        return (
            (self.visits["kind"] == rules.INPATIENT) & (self.found["pooled"] > 0) & (self.found["cut"] == 0)
        )

    @property
    def employee(self) -> NDArray[np.bool_]:
        return self.visits["scheme"] == 1


def _points(amount: Fen, per_cent: int) -> Fen:
    return rules.half_up(amount, np.full_like(amount, per_cent * 10_000))


def _more(at: Month) -> tuple[str, Fen]:
    """Paid five points too high: a local ratio for care elsewhere, say."""
    return "hifp", np.where(at.admission, _points(at.in_scope - at.found["deductible"], 5), 0)


def _less(at: Month) -> tuple[str, Fen]:
    """A retired person paid by the ratio of those in service: three points too little."""
    retired = at.admission & at.employee & at.visits["is_retired"]
    return "hifp", np.where(retired, -_points(at.in_scope - at.found["deductible"], 3), 0)


def _no_deductible(at: Month) -> tuple[str, Fen]:
    return "hifp", np.where(at.admission, _points(at.found["deductible"], 80), 0)


def _beyond_cap(at: Month) -> tuple[str, Fen]:
    """The pooled fund goes on paying after its cap."""
    beyond = (at.visits["kind"] == rules.INPATIENT) & (at.found["cut"] > 0)
    return "hifp", np.where(beyond, np.minimum(at.found["cut"], at.person_pays // 2), 0)


def _large(at: Month) -> tuple[str, Fen]:
    return "hifob", np.where(at.found["large"] > 0, _points(at.found["moved"], 5), 0)


def _subsidy_of_nobody(at: Month) -> tuple[str, Fen]:
    """The civil servants' subsidy for somebody who is none."""
    wrong = at.admission & at.employee & ~at.visits["is_civil"]
    return "cvlserv", np.where(wrong, _points(at.in_scope - at.found["pooled"], 50), 0)


def _assistance_of_nobody(at: Month) -> tuple[str, Fen]:
    wrong = at.admission & ~at.employee & ~at.visits["is_poor"]
    return "maf", np.where(wrong, _points(at.in_scope - at.found["pooled"] - at.found["critical"], 70), 0)


def _pharmacy(at: Month) -> tuple[str, Fen]:
    bought = (at.visits["kind"] == rules.PHARMACY) & at.employee & ~at.visits["is_cadre"]
    return "hifp", np.where(bought, _points(at.in_scope, 50), 0)


KINDS: tuple[tuple[str, Callable[[Month], tuple[str, Fen]]], ...] = (
    ("ratio", _more),
    ("cap", _beyond_cap),
    ("deductible", _no_deductible),
    ("population", _subsidy_of_nobody),
    ("ratio", _large),
    ("not_covered", _pharmacy),
    ("ratio", _less),
    ("population", _assistance_of_nobody),
)
FUND_COLUMNS = ("hifp", "cvlserv", "hifmi", "hifob", "maf")
FUNDS = {"hifob": "330100", "cvlserv": "320100", "maf": "610100"}


def plant(month: int, visits: Columns, in_scope: Fen, found: rules.Results, paid: Columns) -> list[Deviation]:
    """Plants one deviation into ``paid`` (in place): the month's kind, or the next one that has anybody to choose."""
    fund = sum(paid[name] for name in FUND_COLUMNS)
    at = Month(visits, in_scope, found, paid["fee"] - fund)
    for turn in range(len(KINDS)):
        cause, amounts = KINDS[(month + turn) % len(KINDS)]
        column, planted = amounts(at)
        fits = (np.abs(planted) >= LEAST) & (planted <= at.person_pays) & (paid["hifp"] + planted >= 0)
        candidates = np.flatnonzero(fits & (visits["fate"] == 0) & ~visits["is_manual"] & ~visits["is_cadre"])
        if not len(candidates):
            continue
        chosen = candidates[np.argmin(visits["bits"][candidates])]
        amount = int(planted[chosen])
        paid[column][chosen] += amount
        if cause == "deductible":
            paid["dedc_paid"][chosen] = 0
        fund_code = FUNDS.get(column) or POOLED_FUND[int(visits["scheme"][chosen])]
        return [Deviation(f"150000{visits['id'][chosen]}", fund_code, amount, cause)]
    return []


def write(path: Path, planted: list[Deviation]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("setl_id", "fund_code", "planted_yuan", "cause_code"))
        for row in planted:
            sign = "-" if row.planted < 0 else ""
            yuan, fen = divmod(abs(row.planted), 100)
            writer.writerow((row.setl_id, row.fund_code, f"{sign}{yuan}.{fen:02d}", row.cause_code))
