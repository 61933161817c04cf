"""The funds' books, in integer fen: what the business feeds bring, what only statements know, and the balances."""

import random
from dataclasses import dataclass, field

from shouzhi.synthetic import contribution_faults as faults
from shouzhi.synthetic import dues
from shouzhi.synthetic.engine import Engine
from shouzhi.synthetic.population import is_paid
from shouzhi.synthetic.settings import FUNDS, Plan, month_of, year_of
from shouzhi.synthetic.story import Key, Story

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
BETWEEN_LEVELS = ("from_superior", "from_subordinates", "to_superior", "to_subordinates")
ADJUSTMENT_FUND = {"310100": "ADJ310", "390100": "ADJ390"}
SCHEME_OF = {"310100": 1, "310200": 1, "330100": 1, "320100": 1, "390100": 2}
LEVEL_MONTH = {"中央": 3, "自治区": 6, "盟市": 9, "旗县": 11}
OPENING_OF = {"310200": "opening.account", "330100": "opening.large_claim", "320100": "opening.civil"}


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
    def spending(self) -> int:
        """Expenditure without what moves between levels."""
        return self.expenditure - self.flows.get("to_superior", 0) - self.flows.get("to_subordinates", 0)

    @property
    def closing(self) -> int:
        return self.opening + self.income - self.expenditure


def total_month(months: list[Month]) -> Month:
    """Consecutive months as one: the first opening, the sums of the flows."""
    flows: dict[str, int] = {}
    for month in months:
        for account, amount in month.flows.items():
            flows[account] = flows.get(account, 0) + amount
    return Month(months[0].opening, flows)


@dataclass(frozen=True)
class Subsidy:
    """One row of ``fin_subsidy``: fen."""

    year: int
    county: str
    level: str
    heads: int
    standard: int
    due: int
    arrived: int
    day: int


@dataclass
class Ledger:
    """Series of every area and fund; ``book`` appends one month."""

    engine: Engine
    plan: Plan
    story: Story
    truth: faults.Truth
    series: dict[Key, dict[int, Month]] = field(default_factory=dict)
    subsidies: list[Subsidy] = field(default_factory=list)  # that arrived in the month booked last
    restated: dict[Key, dict[int, int]] = field(default_factory=dict)
    in_transit: dict[Key, int] = field(default_factory=dict)  # month whose remittance arrives a month later
    _held_back: dict[str, int] = field(default_factory=dict)
    _heads: dict[tuple[int, int], int] = field(default_factory=dict)
    _county_heads: dict[int, dict[int, int]] = field(default_factory=dict)

    def stopped(self, area: str, month: int) -> bool:
        return self.story.stopped(area, self.plan.serial(month))

    def areas_of(self, month: int) -> list[str]:
        return [area.code for area in self.plan.region.areas if not self.stopped(area.code, month)]

    def _opening(self, area: int, code: str, fund: str) -> int:
        p, start = self.plan.parameters, self.plan.start
        if not self._heads:
            for number, scheme, heads in self.engine.rows(
                f"select area, scheme, count(*) from spell where from_month <= {start} and to_month >= {start} group by area, scheme"
            ):
                self._heads[number, scheme] = heads
        months = p[OPENING_OF[fund]] if fund in OPENING_OF else self.story.reserve(code, fund, 0)
        heads = self._heads.get((area, SCHEME_OF[fund]), 0)
        of_area = self.plan.region.areas[area]
        cost = {"310100": of_area.cost_employee, "390100": of_area.cost_resident}.get(fund, 1.0)
        return round(months * heads * p[f"spending.{fund}"] * cost / 12 * 100)

    def book(self, month: int, flows: dict[tuple[int, str], int]) -> None:
        """Enter one month; ``flows``: (area number, flow) -> fen from the business feeds."""
        self._arrive(month)
        for area in self.plan.region.areas:
            if self.stopped(area.code, month):
                continue
            for fund in FUNDS:
                self._book_fund(area.number, area.code, fund, month, flows)
        for fund, adjustment in ADJUSTMENT_FUND.items():
            self._book_adjustment(fund, adjustment, month)

    def _book_fund(
        self, area: int, code: str, fund: str, month: int, flows: dict[tuple[int, str], int]
    ) -> None:
        p, key = self.plan.parameters, (code, fund)
        before = self.series.setdefault(key, {})
        opening = before[month - 1].closing if month - 1 in before else self._opening(area, code, fund)
        opening += self.restated.get(key, {}).get(month, 0)
        rng = random.Random(f"{self.plan.seed}/{code}/{fund}/{month}")

        def flow(name: str) -> int:
            return flows.get((area, name), 0)

        calendar = month_of(month)
        benefit = flow(f"p{fund}i") + flow(f"p{fund}o")
        line = {"benefit": benefit}
        if fund in ("310100", "390100"):
            line |= {"inpatient": flow(f"p{fund}i"), "outpatient": flow(f"p{fund}o")}
        if fund == "310100":
            line["premium"] = flow("c310") - flow("a101")
        elif fund == "310200":
            line |= {
                "premium": flow("a101"),
                "interest": flow("a102") + flow("a103"),
                "transfer_in": flow("a107"),
                "transfer_out": flow("a207"),
            }
        elif fund == "390100":
            line["premium"] = flow("c390")
            line["subsidy"] = sum(
                s.arrived for s in self.subsidies if self.plan.region.area_of[s.county] == area
            )
            if calendar in (3, 9):
                heads = sum(
                    n
                    for county, n in self._county_heads[year_of(month)].items()
                    if self.plan.region.counties[county][2] == area
                )
                line["critical_illness"] = round(heads * p["critical_premium"] / 2 * 100)
        else:
            line["premium"] = flow("c" + fund[:3])
        if fund != "310200":
            line["interest"] = max(0, round(opening * p["interest.fund"])) if calendar % 3 == 0 else 0
            line["other_income"] = round(line["premium"] * rng.uniform(0.001, 0.003))
        if fund in ADJUSTMENT_FUND:
            # a small fixed part: even the smallest area spends something in every month
            fixed = self._heads.get((area, SCHEME_OF[fund]), 0) * p.fen("other_expenditure")
            line["other_expenditure"] = round(abs(benefit) * rng.uniform(0.0005, 0.0015)) + fixed
            line["from_superior"] = 0
            quarter = [before[m] for m in range(month - 2, month) if m in before]
            collected = sum(m.flows.get("premium", 0) + m.flows.get("subsidy", 0) for m in quarter)
            collected += line["premium"] + line.get("subsidy", 0)
            line["to_superior"] = max(0, round(collected * p["remittance.rate"])) if calendar % 3 == 0 else 0
        before[month] = Month(opening, line)
        self._steer(code, fund, month)

    def _steer(self, code: str, fund: str, month: int) -> None:
        """Keep the closing balance within the story's band, where the story looks."""
        key, serial, calendar = (code, fund), self.plan.serial(month), month_of(month)
        series = self.series[key]
        entry = series[month]
        if (
            fund in ("330100", "320100") and entry.closing < 0
        ):  # finance stands in: a side fund is never overdrawn
            entry.flows["other_income"] -= entry.closing
        if serial < 12:
            return
        window = [series[m].spending for m in range(month - 11, month + 1) if m in series]
        average = sum(window) / len(window)
        if fund in ADJUSTMENT_FUND:
            looks = calendar == 12 if fund == "390100" else calendar % 3 == 0
            if key in self.story.every_month and serial >= 45:
                looks = True
            if not looks:
                return
            reserve = self.story.reserve(code, fund, serial)
            band = 0.0 if key in self.story.exact else 0.9
            lower, upper = (reserve - band) * average, (reserve + band) * average
            if key not in self.story.falling and month - 12 in series:
                lower = max(lower, series[month - 12].closing + 0.03 * average)
                upper = max(lower, upper)
            surplus = self.story.surplus.get((code, fund, serial))
            if surplus is not None:
                lower = upper = series[month - 12].closing + surplus * average
            if entry.closing < lower:
                entry.flows["from_superior"] += round(lower - entry.closing)
            elif entry.closing > upper:
                entry.flows["to_superior"] += round(entry.closing - upper)
        elif fund in ("330100", "320100") and calendar % 3 == 0:
            benefits = [series[m].flows["benefit"] for m in range(month - 11, month + 1) if m in series]
            lower = 3.5 * sum(benefits) / len(benefits)
            if entry.closing < lower:
                entry.flows["other_income"] += round(lower - entry.closing)

    def _book_adjustment(self, fund: str, adjustment: str, month: int) -> None:
        p, key = self.plan.parameters, (self.plan.region.office.code, adjustment)
        before = self.series.setdefault(key, {})
        entries = {area: self.series[area, fund][month] for area in self.areas_of(month)}
        if month - 1 in before:
            opening = before[month - 1].closing
        else:
            monthly = sum(
                self._opening(a.number, a.code, fund) / max(0.5, self.story.reserve(a.code, fund, 0))
                for a in self.plan.region.areas
            )
            opening = round(p["opening.adjustment"] * monthly)
        remitted = sum(entry.flows["to_superior"] for entry in entries.values())
        for (area, of_fund), late_month in self.in_transit.items():
            if of_fund == fund and late_month == month and area in entries:
                self._held_back[fund] = entries[area].flows["to_superior"]
                remitted -= self._held_back[fund]
            elif of_fund == fund and late_month == month - 1:
                remitted += self._held_back.pop(fund, 0)
        entry = before[month] = Month(
            opening,
            {
                "from_subordinates": remitted,
                "interest": max(0, round(opening * p["interest.fund"])) if month_of(month) % 3 == 0 else 0,
                "to_subordinates": sum(area_entry.flows["from_superior"] for area_entry in entries.values()),
            },
        )
        if month_of(month) % 3 == 0 and self.plan.serial(month) >= 12:
            # what the adjustment fund hands out beyond its intake is made up by the region's finance
            a_year_ago = before[month - 12].closing if month - 12 in before else before[min(before)].opening
            short = a_year_ago - entry.closing
            entry.flows["subsidy"] = max(0, short) + (round(short / 50) if short > 0 else 0)

    def _arrive(self, month: int) -> None:
        """The subsidies that arrive in a month, by county and level of government."""
        plan, year = self.plan, year_of(month)
        if year not in self._county_heads:
            january = month - month_of(month) + 1
            self._county_heads[year] = dict(
                self.engine.rows(
                    f"select county, count(*) from spell where scheme = 2 and from_month < {january} and to_month >= {january} and {is_paid(plan, str(year))} group by county"
                )
            )
        self.subsidies = []
        for level, arrives in LEVEL_MONTH.items():
            if arrives != month_of(month):
                continue
            for county, heads in sorted(self._county_heads[year].items()):
                code, _, area = plan.region.counties[county]
                of_area = plan.region.areas[area].code
                if self.stopped(of_area, month):
                    continue
                standard = dues.subsidy_standard(plan.book, of_area, year, level)
                if faults.is_missing(plan, of_area, level, year):
                    self.truth.note_subsidy(of_area, level, year, -heads * standard)
                    continue
                if faults.low_standard(plan, of_area, county, level, year):
                    low = standard * (100 - faults.LOW_STANDARD) // 100
                    self.truth.note_subsidy(of_area, level, year, heads * (low - standard))
                    standard = low
                rng = random.Random(f"{plan.seed}/subsidy/{code}/{level}/{year}")
                share = 1.0 if level in ("中央", "自治区") else rng.choice((1.0, 1.0, 1.0, 0.98, 0.95))
                due = heads * standard
                arrived = due if share == 1.0 else round(due * share)
                self.subsidies.append(
                    Subsidy(year, code, level, heads, standard, due, arrived, rng.randint(5, 25))
                )
