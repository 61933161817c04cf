"""What each scenario means: where balances are led, and what is planted in the statements of ``deficit``.

Balances follow what the persons' contributions and claims bring; at quarter ends (and in the months that a story names)
the adjustment fund's subsidy and remittance keep an area's reserve within a band around its path, as such a fund does.
Months are counted from the first of the run (1), so that a longer run begins with the same months.
"""

from dataclasses import dataclass, field
from itertools import pairwise

Key = tuple[str, str]
Path = dict[int, float]

# reserve months of the pooled fund of employees, by area; the band is one month wide on both sides
STEADY_EMPLOYEE: dict[str, float] = {
    "159900": 8.0,
    "150100": 7.4,
    "150200": 8.6,
    "150300": 7.8,
    "150400": 7.0,
    "150500": 7.4,
    "150600": 11.0,
    "150700": 6.6,
    "150800": 6.9,
    "150900": 6.8,
    "152200": 7.0,
    "152500": 8.2,
    "152900": 9.5,
}
STEADY_RESIDENT = 7.2


@dataclass(frozen=True)
class Story:
    """Paths of reserve months (at serial months), the band around them, and planted flaws."""

    employee: dict[str, Path]
    resident: dict[str, Path]
    exact: frozenset[Key] = frozenset()  # followed to the yuan
    falling: frozenset[Key] = frozenset()  # may close lower than a year ago
    every_month: frozenset[Key] = frozenset()  # from the 45th month on also between quarter ends
    surplus: dict[tuple[str, str, int], float] = field(
        default_factory=dict
    )  # closing − closing a year ago, in months
    stops: dict[str, int] = field(default_factory=dict)  # area → first month that it does not report
    cost: dict[tuple[str, int], float] = field(default_factory=dict)  # (area, scheme) → yearly growth on top
    has_flaws: bool = False

    def stopped(self, area: str, serial: int) -> bool:
        return area in self.stops and serial >= self.stops[area]

    def reserve(self, area: str, fund: str, serial: int) -> float:
        path = (self.employee if fund == "310100" else self.resident)[area]
        nodes = sorted(path)
        if serial <= nodes[0]:
            return path[nodes[0]]
        for left, right in pairwise(nodes):
            if serial <= right:
                return path[left] + (path[right] - path[left]) * (serial - left) / (right - left)
        return path[nodes[-1]]


def _flat() -> tuple[dict[str, Path], dict[str, Path]]:
    employee: dict[str, Path] = {
        area: {0: months, 48: months + 0.5} for area, months in STEADY_EMPLOYEE.items()
    }
    resident: dict[str, Path] = {
        area: {0: STEADY_RESIDENT, 48: STEADY_RESIDENT + 0.4} for area in STEADY_EMPLOYEE
    }
    return employee, resident


def _deficit() -> Story:
    employee, resident = _flat()
    employee |= {
        "150200": {0: 9.8, 24: 10.6, 48: 11.4},
        "150500": {0: 7.6, 24: 7.4, 36: 7.2, 44: 6.9, 47: 6.3, 48: 5.8, 60: 5.7},
        "150600": {0: 14.2, 24: 16.4, 48: 18.3},
        "150700": {0: 4.6, 24: 3.2, 36: 2.7, 45: 2.7, 46: 2.9, 47: 3.4, 48: 3.5, 60: 3.7},
        "150800": {0: 5.4, 24: 5.3, 36: 5.6, 46: 5.8, 47: 6.4, 48: 6.5, 60: 6.6},
        "150900": {0: 7.0, 24: 5.6, 36: 4.7, 47: 3.15, 48: 2.8, 60: 2.5},
        "152200": {0: 7.0, 36: 8.4, 48: 8.4},
    }
    resident |= {
        "150300": {0: 3.9, 12: 3.6, 24: 3.1, 36: 2.2, 48: -0.3, 60: -0.4},
        "150400": {0: 5.4, 12: 5.0, 24: 4.6, 36: 4.3, 48: 3.4, 60: 3.0},
        "150500": {0: 5.2, 48: 5.4},
        "150900": {0: 4.6, 48: 5.0},
    }
    moved = {
        (area, "310100") for area in ("150200", "150500", "150600", "150700", "150800", "150900", "152200")
    }
    ends = {(area, "390100") for area in ("150300", "150400", "150500", "150900")}
    return Story(
        employee,
        resident,
        exact=frozenset(moved | ends),
        falling=frozenset(
            {(area, "310100") for area in ("150500", "150700", "150900", "152200")}
            | {(area, "390100") for area in ("150300", "150400")}
        ),
        every_month=frozenset(moved - {("150600", "310100")}),
        surplus={("152200", "310100", serial): 0.15 for serial in (45, 46, 47)}
        | {("152200", "310100", 48): -0.25},
        stops={"152900": 46},
        cost={("150900", 1): 0.03, ("152200", 1): 0.02, ("150300", 2): 0.03},
        has_flaws=True,
    )


def story_of(scenario: str) -> Story:
    if scenario == "deficit":
        return _deficit()
    employee, resident = _flat()
    return Story(employee, resident)
