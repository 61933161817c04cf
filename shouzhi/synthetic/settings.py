"""What a sample region is made from: its areas, the published rates, and how chance is drawn.

Chance is a hash of the seed, a named stream and the keys of what is drawn (person, month, visit), never a running
generator: a month can be made alone, and the first months of a longer run are the same.
"""

import csv
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from shouzhi.synthetic.policy_book import PolicyBook, read_policy

PACKAGE = Path(__file__).resolve().parent
FIRST_YEAR = 2000  # months are counted from January of this year
FIRST_START = "202109"  # the sample's parameters begin in 2021; claims may come up to six months late
FUNDS = ("310100", "310200", "390100", "330100", "320100")


def month_number(code: str) -> int:
    """202401 -> months since January 2000."""
    return (int(code[:4]) - FIRST_YEAR) * 12 + int(code[4:]) - 1


def month_code(number: int) -> str:
    """Months since January 2000 -> 202401."""
    return f"{year_of(number)}{month_of(number):02d}"


def year_of(number: int) -> int:
    return FIRST_YEAR + number // 12


def month_of(number: int) -> int:
    return number % 12 + 1


@dataclass(frozen=True)
class Area:
    """A pooling area; ``number`` is its place in the pack, ``counties`` the places of its counties."""

    number: int
    code: str
    name: str
    employees: float
    residents: float
    wage_factor: float
    cost_employee: float
    cost_resident: float
    counties: tuple[int, ...]


@dataclass(frozen=True)
class Region:
    """A seed pack: pooling areas and, below them, counties (an area without any is its own county)."""

    areas: tuple[Area, ...]
    counties: tuple[tuple[str, str, int], ...]  # code, name, area number

    @cached_property
    def number(self) -> dict[str, int]:
        return {area.code: area.number for area in self.areas}

    @cached_property
    def area_of(self) -> dict[str, int]:
        """County code → number of its area."""
        return {code: area for code, _, area in self.counties}

    @cached_property
    def office(self) -> Area:
        """自治区本级: it keeps the adjustment fund."""
        return self.areas[0]


def read_region(name: str) -> Region:
    """A pack of ``region_pack/<name>.csv``: areas in order, each followed by its counties."""
    with (PACKAGE / "region_pack" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    area_rows = [row for row in rows if row["kind"] != "county"]
    counties: list[tuple[str, str, int]] = []
    areas: list[Area] = []
    for number, row in enumerate(area_rows):
        own = [r for r in rows if r["kind"] == "county" and r["area"] == row["admdvs"]] or [row]
        first = len(counties)
        counties += [(r["admdvs"], r["name"], number) for r in own]
        areas.append(
            Area(
                number,
                row["admdvs"],
                row["name"],
                float(row["employees_wan"]),
                float(row["residents_wan"]),
                float(row["wage_factor"]),
                float(row["cost_employee"]),
                float(row["cost_resident"]),
                tuple(range(first, len(counties))),
            )
        )
    return Region(tuple(areas), tuple(counties))


class Parameters:
    """``parameter.csv``: one number a name; each row carries its source."""

    def __init__(self) -> None:
        with (PACKAGE / "parameter.csv").open(encoding="utf-8", newline="") as file:
            self.values = {row["parameter"]: float(row["value"]) for row in csv.DictReader(file)}

    def __getitem__(self, name: str) -> float:
        return self.values[name]

    def of_year(self, name: str, year: int) -> float:
        """A yearly series; years outside the list take the nearest one."""
        years = [int(key.rpartition(".")[2]) for key in self.values if key.startswith(f"{name}.20")]
        return self.values[f"{name}.{min(max(year, min(years)), max(years))}"]

    def fen(self, name: str) -> int:
        return round(self.values[name] * 100)


@dataclass(frozen=True)
class Plan:
    """One run: what is asked for on the command line, and the story of its scenario."""

    persons: int
    months: int
    seed: int
    scenario: str
    start: int
    region: Region = field(default_factory=lambda: read_region("neimenggu"))
    parameters: Parameters = field(default_factory=Parameters)

    @property
    def last(self) -> int:
        return self.start + self.months - 1

    @cached_property
    def book(self) -> PolicyBook:
        """The policy that binds the sample region: contributions are due and benefits are paid by it."""
        return read_policy(sample=True)

    def serial(self, month: int) -> int:
        """The first month is 1."""
        return month - self.start + 1

    def bits(self, stream: str, *keys: str | int) -> str:
        """SQL: 64 random bits for the keys."""
        salt = zlib.crc32(stream.encode()) + self.seed * 4_294_967_296
        listed = ", ".join(f"cast({key} as bigint)" for key in keys)
        # hashed twice: one pass only combines the keys' hashes by exclusive or, which ties months together
        return f"hash(hash(cast({salt} as bigint), {listed}))"

    def uniform(self, stream: str, *keys: str | int) -> str:
        """SQL: a random number in [0, 1)."""
        return f"((({self.bits(stream, *keys)}) >> 11) * 1.1102230246251565e-16)"

    def normal(self, stream: str, *keys: str | int) -> str:
        """SQL: about standard normal, between -3.46 and 3.46 (the sum of four uniforms)."""
        bits = self.bits(stream, *keys)
        parts = " + ".join(f"(({bits}) >> {shift} & 65535)" for shift in (0, 16, 32, 48))
        return f"((cast({parts} as double) - 131070) / 65536 * 1.7320508)"
