"""The policy seeds as a book: which row binds an area on a day.

Independent of the warehouse's SQL on purpose: the sample region's payments and the hand-worked cases rest on this
reading of the seeds. The order of precedence is the documents': an area's own row before the region's, the region's
before the nation's; a draft binds nobody; a row with basis = sample binds only where sample rows are asked for.
"""

from __future__ import annotations

import csv
import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
NATION = "100000"
ANY = "all"


class NotReplayable(Exception):
    """A parameter that neither document nor another public source states for this area and day."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One seed row: a value, its range of days and the words that give it."""

    parameter_code: str
    area_code: str
    population_code: str
    valid_from: dt.date
    valid_to: dt.date | None
    value: Decimal
    unit: str
    doc_no: str
    clause: str
    quote: str
    basis: str
    person_group_code: str = ANY
    hospital_level_code: str = ANY
    place_code: str = ANY
    lower_yuan: Decimal = Decimal(0)
    upper_yuan: Decimal | None = None

    def binds_on(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Timeline:
    """What binds from each edge on, one tuple of rows a segment (empty: nothing)."""

    edges: list[dt.date]
    rows: list[tuple[Parameter, ...]]

    def on(self, day: dt.date) -> tuple[Parameter, ...]:
        place = bisect_right(self.edges, day)
        return self.rows[place - 1] if place else ()


@dataclass(frozen=True)
class PolicyBook:
    """All rows in force, by parameter, and the region of every area."""

    parameters: dict[str, list[Parameter]]
    region_of: dict[str, str]

    @cached_property
    def _timelines(self) -> dict[tuple[str, ...], Timeline]:
        return {}

    def find(self, code: str, area: str, day: dt.date, population: str = ANY) -> Parameter | None:
        """The one row of a parameter without brackets; none where nothing binds."""
        rows = self._timeline(code, area, population, ANY, ANY, ANY).on(day)
        return rows[0] if rows else None

    def need(self, code: str, area: str, day: dt.date, population: str = ANY) -> Parameter:
        """As ``find``; raises ``NotReplayable`` where nothing binds."""
        row = self.find(code, area, day, population)
        if row is None:
            raise NotReplayable(missing_sentence(code, area, day))
        return row

    def brackets(
        self, code: str, area: str, day: dt.date, group: str, level: str, place: str
    ) -> tuple[Parameter, ...]:
        """The rows of a bracketed parameter for one person group, hospital level and place, by lower edge."""
        rows = self._timeline(code, area, ANY, group, level, place).on(day)
        if not rows:
            raise NotReplayable(missing_sentence(code, area, day))
        return rows

    def _timeline(
        self, code: str, area: str, population: str, group: str, level: str, place: str
    ) -> Timeline:
        key = (code, area, population, group, level, place)
        known = self._timelines.get(key)
        if known is None:
            wanted = (group, level, place)
            candidates = [
                row
                for row in self.parameters.get(code, [])
                if row.population_code == population
                and row.area_code in (area, self.region_of.get(area), NATION)
                and all(
                    given in (ANY, want)
                    for given, want in zip(
                        (row.person_group_code, row.hospital_level_code, row.place_code), wanted, strict=True
                    )
                )
            ]
            known = self._timelines[key] = timeline(candidates, area)
        return known


def timeline(candidates: Iterable[Parameter], area: str) -> Timeline:
    """Segments between all edges of ``candidates`` with the rows of the highest level that speaks in each."""
    rows = list(candidates)
    edges = sorted(
        {row.valid_from for row in rows} | {row.valid_to for row in rows if row.valid_to is not None}
    )

    def rank(row: Parameter) -> tuple[int, int]:
        level = 3 if row.area_code == area else 1 if row.area_code == NATION else 2
        named = (row.person_group_code, row.hospital_level_code, row.place_code)
        return level, sum(given != ANY for given in named)

    chosen = []
    for edge in edges:
        binding = [row for row in rows if row.binds_on(edge)]
        best = max((rank(row) for row in binding), default=None)
        chosen.append(
            tuple(sorted((row for row in binding if rank(row) == best), key=lambda row: row.lower_yuan))
        )
    return Timeline(edges, chosen)


def missing_sentence(code: str, area: str, day: dt.date) -> str:
    return f"{area} 在 {day} 没有参数 {code}：自治区本级职工医保通知和自治区级统筹征求意见稿都没有规定，也没有载入别的依据"


def read_policy(seeds: Path = SEEDS, *, sample: bool) -> PolicyBook:
    """The seeds of ``seeds``; rows with basis = sample only where ``sample``."""
    in_force = {
        row["doc_no"]
        for row in read_rows(seeds / "reference/document.csv")
        if row["doc_status"] == "in_force"
    }
    found: dict[str, list[Parameter]] = {}
    for name in ("policy/policy_parameter.csv", "policy/policy_bracket.csv"):
        for row in read_rows(seeds / name):
            if row["doc_no"] in in_force and (sample or row["basis"] != "sample"):
                found.setdefault(row["parameter_code"], []).append(parameter(row))
    areas = read_rows(seeds / "reference/area.csv")
    return PolicyBook(found, {row["admdvs"]: row["region_code"] for row in areas if row["region_code"]})


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def parameter(row: dict[str, str]) -> Parameter:
    def day(text: str) -> dt.date | None:
        return dt.date.fromisoformat(text) if text else None

    upper = row.get("upper_yuan")
    return Parameter(
        parameter_code=row["parameter_code"],
        area_code=row["area_code"],
        population_code=row["population_code"],
        valid_from=dt.date.fromisoformat(row["valid_from"]),
        valid_to=day(row["valid_to"]),
        value=Decimal(row["value"]),
        unit=row["unit"],
        doc_no=row["doc_no"],
        clause=row["clause"],
        quote=row["quote"],
        basis=row["basis"],
        person_group_code=row.get("person_group_code") or ANY,
        hospital_level_code=row.get("hospital_level_code") or ANY,
        place_code=row.get("place_code") or ANY,
        lower_yuan=Decimal(row.get("lower_yuan") or 0),
        upper_yuan=Decimal(upper) if upper else None,
    )
