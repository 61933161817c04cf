"""Monthly accounts of every area and fund, in integer fen, so that each of them foots exactly."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from shouzhi.synthetic import region

Key = tuple[str, str]

INCOME = (
    "premium",
    "subsidy",
    "interest",
    "transfer_in",
    "other_income",
    "from_superior",
    "from_subordinates",
)
EXPENDITURE = (
    "benefit",
    "critical_illness",
    "transfer_out",
    "other_expenditure",
    "to_subordinates",
    "to_superior",
)
OF_WHICH = ("inpatient", "outpatient", "maternity")


@dataclass
class Month:
    """One fund of one area in one month: account -> fen, with the balance before and after."""

    opening: int
    flows: dict[str, int] = field(default_factory=dict)

    @property
    def income(self) -> int:
        return sum(self.flows.get(account, 0) for account in INCOME)

    @property
    def expenditure(self) -> int:
        return sum(self.flows.get(account, 0) for account in EXPENDITURE)

    @property
    def closing(self) -> int:
        return self.opening + self.income - self.expenditure


Series = dict[str, Month]  # month code -> Month


def months(
    first_year: int = region.FIRST_SIMULATED_YEAR, last_year: int = region.LAST_SIMULATED_YEAR
) -> list[str]:
    return [f"{year}{month:02d}" for year in range(first_year, last_year + 1) for month in range(1, 13)]


def heads(area: region.Area, fund: str) -> float:
    """Persons covered by a fund of an area."""
    return (area.residents if fund == "390100" else area.employees) * 10_000


def has_fund(area: region.Area, fund: str) -> bool:
    return heads(area, fund) > 0


def _season(year: int, month: int) -> float:
    """Spending in a month against the year's average: New Year trough, December peak."""
    factor = {10: 0.97, 11: 1.02, 12: 1.20}.get(month, 1.0)
    new_year = region.LUNAR_NEW_YEAR_MONTH[year]
    if month == new_year:
        return factor * 0.76
    return factor * (1.06 if month == new_year + 1 else 1.0)


def _spending(area: region.Area, fund: str, rng: random.Random) -> dict[str, dict[str, int]]:
    per_head, growth = region.BENEFIT_PER_HEAD[fund]
    spending: dict[str, dict[str, int]] = {}
    for code in months():
        year, month = int(code[:4]), int(code[4:])
        trend = (1 + growth) ** (year - region.FIRST_SIMULATED_YEAR + (month - 1) / 12)
        noise = rng.uniform(0.975, 1.025)
        yuan = heads(area, fund) * per_head / 12 * trend * _season(year, month) * noise
        flows = {"benefit": round(yuan * 100)}
        if fund in ("310100", "390100"):
            outpatient = round(flows["benefit"] * rng.uniform(0.30, 0.34))
            maternity = round(flows["benefit"] * rng.uniform(0.030, 0.036)) if fund == "310100" else 0
            flows["outpatient"] = outpatient
            flows["inpatient"] = flows["benefit"] - outpatient - maternity
            if maternity:
                flows["maternity"] = maternity
            flows["other_expenditure"] = round(flows["benefit"] * rng.uniform(0.001, 0.003))
        if fund == "390100":
            lump = month in (3, 9)
            year_benefit = heads(area, fund) * per_head * (1 + growth) ** (year - region.FIRST_SIMULATED_YEAR)
            flows["critical_illness"] = (
                round(year_benefit * region.CRITICAL_ILLNESS_SHARE / 2 * 100) if lump else 0
            )
        if fund == "310200":
            flows["transfer_out"] = round(flows["benefit"] * rng.uniform(0.004, 0.008))
        spending[code] = flows
    return spending


def _reserve_base(spending: dict[str, dict[str, int]], code: str) -> float:
    """Average monthly spending of the twelve months up to this one (the first twelve where fewer exist)."""
    codes = months()
    end = codes.index(code) + 1 if code in codes else 0
    window = codes[max(0, end - 12) : end] if end >= 12 else codes[:12]
    return sum(sum(spending[c].get(account, 0) for account in EXPENDITURE) for c in window) / 12


def _targets(area: region.Area, fund: str, spending: dict[str, dict[str, int]]) -> dict[str, int]:
    """Closing balance in fen that the story wants, at the month ends that it names."""
    path = region.reserve_path(area.code, fund)
    return {code: round(reserve * _reserve_base(spending, code)) for code, reserve in path.items()}


def _segments(targets: dict[str, int]) -> Iterator[tuple[str, str]]:
    nodes = sorted(targets)
    yield from pairwise(nodes)


def _adjustment_dues(spending: dict[str, dict[str, dict[str, int]]]) -> dict[str, dict[str, int]]:
    """Quarterly remittance of each area: a rate on last year's benefits (this year's in the first one).

    An area that stops reporting stops remitting too.
    """
    dues: dict[str, dict[str, int]] = {}
    for area_code, by_month in spending.items():
        dues[area_code] = {}
        for code in months():
            year, month = int(code[:4]), int(code[4:])
            base_year = max(year - 1, region.FIRST_SIMULATED_YEAR)
            base = sum(by_month[f"{base_year}{m:02d}"]["benefit"] for m in range(1, 13))
            is_due = month % 3 == 0 and code <= region.AREA_BY_CODE[area_code].last_month
            dues[area_code][code] = round(base * region.ADJUSTMENT_RATE / 4) if is_due else 0
    return dues


def _adjustment_grants(dues: dict[str, dict[str, int]], fund: str) -> dict[str, dict[str, int]]:
    """What the adjustment fund hands to areas in June and December."""
    grants: dict[str, dict[str, int]] = {area_code: {} for area_code in dues}
    for code in months():
        year, month = code[:4], int(code[4:])
        taken = sum(due for by_month in dues.values() for c, due in by_month.items() if c[:4] == year)
        for area_code, share in region.ADJUSTMENT_RECEIVERS[fund].items():
            grants[area_code][code] = round(taken * share / 2) if month in (6, 12) else 0
    return grants


def _area_series(
    area: region.Area,
    fund: str,
    spending: dict[str, dict[str, int]],
    dues: dict[str, int],
    grants: dict[str, int],
    restated: dict[str, int],
    rng: random.Random,
) -> Series:
    targets = _targets(area, fund, spending)
    flows: dict[str, dict[str, int]] = {}
    subsidy_per_head, subsidy_growth = region.SUBSIDY_PER_RESIDENT
    for code in months():
        year, month = int(code[:4]), int(code[4:])
        line = dict(spending[code])
        if fund == "390100":
            grown = subsidy_per_head * (1 + subsidy_growth) ** (year - region.FIRST_SIMULATED_YEAR)
            line["subsidy"] = round(heads(area, fund) * grown * region.SUBSIDY_SHAPE[month - 1] / 12 * 100)
        if fund == "310100":
            line["subsidy"] = round(line["benefit"] * 0.03) if month == 6 else 0
        if fund in region.ADJUSTMENT_FUND:
            line["to_superior"] = dues.get(code, 0)
            line["from_superior"] = grants.get(code, 0)
        line["other_income"] = round(line["benefit"] * rng.uniform(0.002, 0.005))
        if fund == "310200":
            line["transfer_in"] = round(line["benefit"] * rng.uniform(0.004, 0.008))
        nearest = min(targets, key=lambda node: abs(int(node) - int(code)))
        line["interest"] = max(0, round(targets[nearest] * 0.0045)) if month % 3 == 0 else 0
        flows[code] = line

    codes = months()
    for start, end in _segments(targets):
        part = [code for code in codes if start < code <= end]
        moved = sum(restated.get(code, 0) for code in part)
        spent = sum(sum(flows[code].get(account, 0) for account in EXPENDITURE) for code in part)
        other = sum(sum(flows[code].get(account, 0) for account in INCOME) for code in part)
        need = targets[end] - targets[start] - moved + spent - other
        weights = [region.PREMIUM_SHAPE[fund][int(code[4:]) - 1] * rng.uniform(0.99, 1.01) for code in part]
        left = need
        for code, weight in zip(part[:-1], weights[:-1], strict=True):
            flows[code]["premium"] = round(need * weight / sum(weights))
            left -= flows[code]["premium"]
        flows[part[-1]]["premium"] = left

    series: Series = {}
    balance = targets[min(targets)]
    for code in codes:
        balance += restated.get(code, 0)
        series[code] = Month(balance, flows[code])
        balance = series[code].closing
    return series


def _adjustment_series(
    fund: str, dues: dict[str, dict[str, int]], grants: dict[str, dict[str, int]], late: dict
) -> Series:
    """The regional adjustment fund; ``late`` moves an area's remittance to the following month."""
    code_of_fund = region.ADJUSTMENT_FUND[fund]
    balance = region.ADJUSTMENT_OPENING_YUAN[code_of_fund] * 100
    codes = months()
    received = {code: sum(by_month[code] for by_month in dues.values()) for code in codes}
    for (area_code, late_fund), code in late.items():
        if late_fund == fund:
            amount = dues[area_code][code]
            received[code] -= amount
            received[codes[codes.index(code) + 1]] += amount
    series: Series = {}
    for code in codes:
        series[code] = Month(
            balance,
            {
                "from_subordinates": received[code],
                "interest": round(balance * 0.0045) if int(code[4:]) % 3 == 0 else 0,
                "to_subordinates": sum(by_month.get(code, 0) for by_month in grants.values()),
            },
        )
        balance = series[code].closing
    return series


def simulate(seed: int, restated: dict[Key, dict[str, int]], late: dict[Key, str]) -> dict[Key, Series]:
    """All areas and funds, 2022-01 to 2026-12.

    ``restated`` changes an opening by fen; ``late`` names the month whose remittance arrives a month later.
    """
    accounts: dict[Key, Series] = {}
    for fund in region.FUNDS:
        areas = [area for area in region.AREAS if has_fund(area, fund)]
        rngs = {area.code: random.Random(f"{seed}/{area.code}/{fund}") for area in areas}
        spending = {area.code: _spending(area, fund, rngs[area.code]) for area in areas}
        dues = _adjustment_dues(spending) if fund in region.ADJUSTMENT_FUND else {}
        grants = _adjustment_grants(dues, fund) if dues else {}
        for area in areas:
            key = (area.code, fund)
            accounts[key] = _area_series(
                area,
                fund,
                spending[area.code],
                dues.get(area.code, {}),
                grants.get(area.code, {}),
                restated.get(key, {}),
                rngs[area.code],
            )
        if dues:
            key = (region.REGION_OFFICE, region.ADJUSTMENT_FUND[fund])
            accounts[key] = _adjustment_series(fund, dues, grants, late)
    return accounts
