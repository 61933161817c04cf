"""Random ledgers, delivered in random shapes through the real intake, against a plain reference of their own.

The reference knows the months of every account. What a delivery allows to say is worked out here from the delivery
alone: a flow is known where the deliveries of one kind of period span it, a balance where it is stated or carried on.
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from shouzhi.intake import register, take_in
from tests.python.pipeline.model_harness import Warehouse, run_dbt

pytestmark = pytest.mark.pipeline

SEED, AREAS, YEARS = 20240607, 70, (2023, 2024)
MONTHS = 12 * len(YEARS)
WIDTH = {"month": 1, "quarter": 3, "half": 6, "year": 12}
# unit as printed, yuan of one printed digit, decimals
UNITS = [("元", Decimal("0.01"), 2), ("万元", Decimal(100), 2), ("万元", Decimal(10_000), 0),
         ("亿元", Decimal(1_000_000), 2)]  # fmt: skip
FACTOR = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}
INCOME = {"premium_income": "保险费收入", "fiscal_subsidy_income": "财政补贴收入", "interest_income": "利息收入",
          "other_income": "其他收入"}  # fmt: skip
EXPENDITURE = {"benefit_expenditure": "基本医疗保险待遇支出", "critical_illness_expenditure": "大病保险支出",
               "other_expenditure": "其他支出"}  # fmt: skip
FUND_SETS = [
    ["390100"],
    ["310000"],
    ["310100", "310200"],
    ["310100", "310200", "390100"],
    ["310000", "390100"],
]


@dataclass
class Ledger:
    """One fund of one area: months of each account, and how it is delivered."""

    area: str
    fund: str
    unit: str
    step: Decimal
    decimals: int
    flows: dict[str, list[Decimal]]
    first_opening: Decimal
    restated: Decimal
    grain: str
    measure: str
    detail: str
    opening: str
    closing: str
    missing: int | None
    given: list[tuple[int, int, str, bool]] = field(default_factory=list)  # start, end, kind, is itemised
    openings: dict[int, Decimal] = field(default_factory=dict)
    closings: dict[int, Decimal] = field(default_factory=dict)
    rounded: dict[tuple[int, int], Decimal] = field(default_factory=dict)
    final: Decimal | None = None

    def flow(self, side: str, start: int, end: int) -> Decimal:
        names = INCOME if side == "income" else EXPENDITURE
        return sum((sum(self.flows[name][start:end], Decimal(0)) for name in names), Decimal(0))

    def surplus(self, start: int, end: int) -> Decimal:
        return self.flow("income", start, end) - self.flow("expenditure", start, end)

    def closing_at(self, end: int) -> Decimal:
        return self.first_opening + self.surplus(0, end) + (self.restated if end > 12 else 0)

    def opening_at(self, start: int) -> Decimal:
        return self.first_opening + self.surplus(0, start) + (self.restated if start >= 12 else 0)

    def known_flows(self) -> set[tuple[int, int]]:
        """Spans whose flow the delivery gives or allows to subtract, within a year and one kind of period."""
        known = set()
        for grain in {kind for _, _, kind, _ in self.given}:
            spans = {(start, end) for start, end, kind, _ in self.given if kind == grain}
            reach: dict[int, set[int]] = defaultdict(set)
            for start, end in spans:
                reach[start].add(end)
                reach[end].add(start)
            for origin in reach:
                seen, todo = {origin}, [origin]
                while todo:
                    for place in reach[todo.pop()] - seen:
                        seen.add(place)
                        todo.append(place)
                known |= {
                    (origin, place) for place in seen if place > origin and origin // 12 == (place - 1) // 12
                }
        return known


def amount_of(randomizer: random.Random, step: Decimal) -> Decimal:
    kind = randomizer.random()
    if kind < 0.06:
        return Decimal(0)
    value = randomizer.randint(1, 90_000) * step
    return -value if kind < 0.09 else value


def new_ledger(randomizer: random.Random, area: str, fund: str, unit: tuple[str, Decimal, int]) -> Ledger:
    name, step, decimals = unit
    flows = {code: [amount_of(randomizer, step) for _ in range(MONTHS)] for code in INCOME | EXPENDITURE}
    if fund == "310200":
        flows["fiscal_subsidy_income"] = [Decimal(0)] * MONTHS
    grain = randomizer.choice(["month", "month", "quarter", "half", "year", "mixed"])
    measure = "period" if grain == "year" else randomizer.choice(["period", "ytd"])
    detail = randomizer.choice(["parts", "parts", "totals", "both", "varying"])
    opening = randomizer.choice(["first", "year", "every", "none"])
    closing = randomizer.choice(["every", "last", "none"])
    restated = (
        randomizer.randint(-500, 900) * step
        if opening == "year" and randomizer.random() < 0.5
        else Decimal(0)
    )
    missing = None
    if grain in ("month", "quarter") and randomizer.random() < 0.4:
        missing = randomizer.randrange(MONTHS // WIDTH[grain])
    return Ledger(area, fund, name, step, decimals, flows, randomizer.randint(0, 900_000) * step, restated, grain,
                  measure, detail, opening, closing, missing)  # fmt: skip


def spans_of(ledger: Ledger) -> list[tuple[int, int, str, str]]:
    """What is handed in: start, end, kind of period, measure."""
    if ledger.grain == "mixed":
        return [
            span
            for year in range(len(YEARS))
            for base in [12 * year]
            for span in [(base, base + 3, "quarter", "period"), (base, base + 6, "month", "ytd"),
                         (base, base + 9, "quarter", "ytd"), (base, base + 12, "year", "period")]
        ]  # fmt: skip
    width = WIDTH[ledger.grain]
    spans = []
    for number in range(MONTHS // width):
        if number == ledger.missing:
            continue
        start, end = number * width, number * width + width
        spans.append(
            (start // 12 * 12 if ledger.measure == "ytd" else start, end, ledger.grain, ledger.measure)
        )
    return spans


def period_text(randomizer: random.Random, end: int, kind: str, measure: str) -> str:
    year, month = YEARS[(end - 1) // 12], (end - 1) % 12 + 1
    if kind == "year":
        return randomizer.choice([f"{year}", f"{year}年度"])
    if kind == "half":
        return randomizer.choice([f"{year}H{month // 6}", f"{year}年{'上下'[month // 6 - 1]}半年"])
    if kind == "quarter":
        wordings = [f"{year}Q{month // 3}", f"{year}年{'一二三四'[month // 3 - 1]}季度"]
        return randomizer.choice(
            wordings + ([f"{year}年前{'一二三四'[month // 3 - 1]}季度"] if measure == "ytd" else [])
        )
    wordings = [f"{year}{month:02d}", f"{year}-{month:02d}", f"{year}年{month}月"]
    return randomizer.choice(wordings + ([f"{year}年1-{month}月"] if measure == "ytd" else []))


def deliver(randomizer: random.Random, ledger: Ledger) -> list[dict[str, str]]:
    """Rows of the whole series; what was given is noted in the ledger."""
    rows: list[dict[str, str]] = []
    spans = spans_of(ledger)
    rounding_at = randomizer.choice(spans) if ledger.detail == "both" and ledger.grain != "mixed" else None
    for place, (start, end, kind, measure) in enumerate(spans):
        detail = randomizer.choice(["parts", "totals"]) if ledger.detail == "varying" else ledger.detail
        text = period_text(randomizer, end, kind, measure)

        def put(name: str, side: str, value: Decimal, text: str = text, measure: str = measure) -> None:
            printed = f"{value / FACTOR[ledger.unit]:.{ledger.decimals}f}"
            rows.append({"period": text, "measure": measure, "admdvs_name": ledger.area, "fund_code": ledger.fund,
                         "statement": "执行", "account_name": name, "side": side, "amount": printed,
                         "unit": ledger.unit})  # fmt: skip

        for names, side, label in ((INCOME, "income", "收入"), (EXPENDITURE, "expenditure", "支出")):
            if detail in ("parts", "both"):
                values = {code: sum(ledger.flows[code][start:end], Decimal(0)) for code in names}
                for code, value in values.items():
                    if value or randomizer.random() < 0.8 or code == next(iter(names)):
                        put(names[code], label, value)
            if detail in ("totals", "both"):
                total = ledger.flow(side, start, end)
                if rounding_at == (start, end, kind, measure) and side == "income":
                    ledger.rounded[(start, end)] = ledger.step
                    total += ledger.step
                put(f"{label}合计", label, total)
        ledger.given.append((start, end, kind, detail != "totals"))
        is_first = place == 0
        is_first_of_year = is_first or spans[place - 1][1] <= end // 12 * 12 - (12 if end % 12 == 0 else 0)
        stated_at = start if measure == "period" else start // 12 * 12
        if (
            ledger.opening == "every"
            or (ledger.opening == "first" and is_first)
            or (ledger.opening == "year" and is_first_of_year)
        ):
            ledger.openings[stated_at] = ledger.opening_at(stated_at)
            put("上年结余", "", ledger.opening_at(stated_at))
        if ledger.closing == "every" or (ledger.closing == "last" and place == len(spans) - 1):
            ledger.closings[end] = ledger.closing_at(end)
            put("年末滚存结余", "", ledger.closing_at(end))
    return rows


def as_final(randomizer: random.Random, ledger: Ledger, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The final of the last year, whose other income differs from the execution."""
    change = randomizer.randint(1000, 2000) * ledger.step
    ledger.final = change
    result = []
    base = {"period": f"{YEARS[-1]}", "measure": "", "admdvs_name": ledger.area, "fund_code": ledger.fund,
            "statement": "决算", "unit": ledger.unit}  # fmt: skip
    values = [(name, "收入", sum(ledger.flows[code][12:], Decimal(0)) + (change if code == "other_income" else 0))
              for code, name in INCOME.items()]  # fmt: skip
    values += [(name, "支出", sum(ledger.flows[code][12:], Decimal(0))) for code, name in EXPENDITURE.items()]
    values.append(("上年结余", "", ledger.opening_at(12)))
    for name, side, value in values:
        printed = f"{value / FACTOR[ledger.unit]:.{ledger.decimals}f}"
        result.append(base | {"account_name": name, "side": side, "amount": printed})
    return result


def write(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@dataclass
class Case:
    warehouse: Warehouse
    ledgers: list[Ledger]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    randomizer = random.Random(SEED)
    root = tmp_path_factory.mktemp("random")
    ledgers = []
    for number in range(AREAS):
        area = f"县{number:03d}"
        unit = randomizer.choice(UNITS)
        rows: list[dict[str, str]] = []
        finals: list[dict[str, str]] = []
        for fund in randomizer.choice(FUND_SETS):
            ledger = new_ledger(randomizer, area, fund, unit)
            ledgers.append(ledger)
            rows += deliver(randomizer, ledger)
            if randomizer.random() < 0.25:
                finals += as_final(randomizer, ledger, rows)
        if randomizer.random() < 0.25:
            # First a delivery full of errors, corrected whole by the next one.
            wrong = [row | {"amount": f"{Decimal(row['amount']) * 3 + 1}"} for row in rows]
            write(root / "one" / f"fund_statement_2024_{area}.csv", wrong)
            write(root / "two" / f"fund_statement_2024_{area}_更正.csv", rows)
        else:
            write(root / "one" / f"fund_statement_2024_{area}.csv", rows)
        if finals:
            write(root / "two" / f"fund_statement_2024_{area}_决算.csv", finals)
    for delivery in ("one", "two"):
        take_in(root / delivery, root / "lake")
    path = root / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        register(connection, root / "lake")
        connection.execute(
            "create or replace table lake.home_parameter as "
            "select 'region' as parameter_code, 'neimenggu' as parameter_value"
        )
    wanted = ["+fund_balance__fct_fund_balance", "+fund_balance__fct_fund_account"]
    arguments = ["build", "--exclude-resource-type", "unit_test", "--indirect-selection", "buildable"]
    is_success, failures = run_dbt(path, root / "target", [*arguments, "--select", *wanted])
    assert is_success, failures
    return Case(Warehouse(path, is_success, failures), ledgers)


def span_of(row: dict) -> tuple[int, int]:
    code = row["period_code"]
    base = 12 * YEARS.index(int(code[:4]))
    width = WIDTH[row["period_type"]]
    number = {"year": "1", "half": code[5:], "quarter": code[5:], "month": code[4:]}[row["period_type"]]
    return base + width * (int(number) - 1), base + width * int(number)


def balances(case: Case, statement: str = "execution") -> dict[tuple[str, str], list[dict]]:
    found = defaultdict(list)
    for row in case.warehouse.rows(
        "select * from fund_balance.fct_fund_balance where statement_code = ? order by all", [statement]
    ):
        found[row["area_code"], row["fund_code"]].append(row)
    return found


def levels(ledger: Ledger) -> set[int]:
    """Ends of periods whose closing is known: stated, or an earlier balance and the flows since."""
    flows = ledger.known_flows()
    known = set(ledger.closings)
    starts = set(ledger.openings)
    for end in range(1, MONTHS + 1):
        if any((start, end) in flows for start in known | starts):
            known.add(end)
    return known


def test_every_amount_that_is_said_is_true(case: Case) -> None:
    found = balances(case)
    wrong = []
    for ledger in case.ledgers:
        for row in found[ledger.area, ledger.fund]:
            start, end = span_of(row)
            base = start // 12 * 12
            truth = {
                "income_yuan": ledger.flow("income", start, end),
                "expenditure_yuan": ledger.flow("expenditure", start, end),
                "surplus_yuan": ledger.surplus(start, end),
                "ytd_income_yuan": ledger.flow("income", base, end),
                "ytd_surplus_yuan": ledger.surplus(base, end),
                "opening_yuan": ledger.opening_at(start),
                "closing_yuan": ledger.closing_at(end),
                "actual_closing_yuan": ledger.closing_at(end),
            }
            wrong += [
                (ledger.area, ledger.fund, row["period_code"], name, row[name], value)
                for name, value in truth.items()
                if row[name] is not None and row[name] != value
            ]
    assert not wrong, wrong[:5]


def test_every_amount_that_can_be_said_is_said_and_no_other(case: Case) -> None:
    found = balances(case)
    wrong = []
    for ledger in case.ledgers:
        rows = {span_of(row): row for row in found[ledger.area, ledger.fund]}
        flows, known = ledger.known_flows(), levels(ledger)
        for start, end in flows:
            if (
                end - start in WIDTH.values()
                and start % (end - start) == 0
                and ((start, end) not in rows or rows[start, end]["surplus_yuan"] is None)
            ):
                wrong.append(("flow missing", ledger, start, end))
        for (start, end), row in rows.items():
            place = (ledger.area, ledger.fund, row["period_code"], ledger.grain, ledger.measure)
            is_known = (start, end) in flows
            for name in ("income_yuan", "expenditure_yuan", "surplus_yuan"):
                if (row[name] is not None) != is_known:
                    wrong.append((*place, name, row[name], is_known))
            has_opening = start in ledger.openings or start in known or (end in ledger.closings and is_known)
            if ledger.grain == "mixed":
                # Balances of one kind of period are not looked up for another: what is said is true, that is all.
                continue
            if (row["opening_yuan"] is not None) != has_opening:
                wrong.append((*place, "opening", row["opening_yuan"], has_opening))
            has_closing = end in known or (is_known and has_opening)
            if (row["actual_closing_yuan"] is not None) != has_closing:
                wrong.append((*place, "closing", row["actual_closing_yuan"], has_closing))
    assert not wrong, wrong[:5]


def test_restatements_and_differences_are_those_that_were_planted(case: Case) -> None:
    found = balances(case)
    wrong, planted = [], 0
    for ledger in case.ledgers:
        known = levels(ledger)
        for row in found[ledger.area, ledger.fund]:
            start, end = span_of(row)
            place = (ledger.area, ledger.fund, row["period_code"], ledger.grain, ledger.measure)
            restated = ledger.restated if start == 12 else Decimal(0)
            value = row["opening_restatement_yuan"]
            if value not in (None, restated):
                wrong.append((*place, "restatement", value, restated))
            if start not in known and value is not None:
                wrong.append((*place, "restatement after a gap", value))
            is_rounded = any(
                (start if ledger.measure == "period" else start // 12 * 12, end) == span
                for span in ledger.rounded
            ) and (end - start == WIDTH.get(ledger.grain))
            expected = "none"
            if value and abs(value) > 0:
                expected = "restatement"
            elif is_rounded:
                expected = "rounding"
                planted += 1
            if row["difference_class"] not in (
                expected,
                "rounding" if expected == "restatement" else expected,
            ):
                wrong.append((*place, "class", row["difference_class"], expected, row["difference_yuan"]))
            if expected == "rounding" and row["difference_yuan"] != ledger.step:
                wrong.append((*place, "rounding", row["difference_yuan"]))
    assert not wrong, wrong[:5]
    assert planted > 5


def test_accounts_are_true_and_add_up(case: Case) -> None:
    ledgers = {(ledger.area, ledger.fund): ledger for ledger in case.ledgers}
    wrong, said = [], defaultdict(set)
    sums: dict[tuple, Decimal | None] = {}
    for row in case.warehouse.rows(
        "select * from fund_balance.fct_fund_account where statement_code = 'execution'"
    ):
        ledger = ledgers.get((row["area_code"], row["fund_code"]))
        if ledger is None or row["account_role"] != "addend":
            continue
        span = span_of(row)
        key = (ledger.area, ledger.fund, span, row["side"])
        if row["amount_yuan"] is not None:
            sums[key] = sums.get(key, Decimal(0)) + row["amount_yuan"]
        if row["account_code"] in ledger.flows:
            truth = sum(ledger.flows[row["account_code"]][span[0] : span[1]], Decimal(0))
            if row["amount_yuan"] is not None:
                said[ledger.area, ledger.fund, span].add(row["account_code"])
                if row["amount_yuan"] != truth:
                    wrong.append((ledger.area, ledger.fund, row["period_code"], row["account_code"],
                                  row["amount_yuan"], truth))  # fmt: skip
    for (area, fund, span, side), total in sums.items():
        if (side_flow := ledgers[area, fund].flow(side, *span)) != total and span in ledgers[
            area, fund
        ].known_flows():
            wrong.append((area, fund, span, side, total, side_flow))
    for ledger in case.ledgers:
        for start, end, kind, is_itemised in ledger.given:
            if is_itemised and end - start == WIDTH[kind]:
                for code in INCOME | EXPENDITURE:
                    if (
                        sum(ledger.flows[code][start:end])
                        and code not in said[ledger.area, ledger.fund, (start, end)]
                    ):
                        wrong.append((ledger.area, ledger.fund, start, end, code, "not said"))
    assert not wrong, wrong[:5]


def test_derived_funds_are_the_sums_of_their_parts(case: Case) -> None:
    found = balances(case)
    by_area: dict[str, dict[str, Ledger]] = defaultdict(dict)
    for ledger in case.ledgers:
        by_area[ledger.area][ledger.fund] = ledger
    wrong, checked = [], 0
    for area, funds in by_area.items():
        employee = ["310100", "310200"] if "310100" in funds else ["310000"]
        for derived, parts in {"310000": ["310100", "310200"], "ALL": [*employee, "390100"],
                               "POOLED": ["310100", "390100"]}.items():  # fmt: skip
            if not set(parts) <= set(funds):
                continue
            standing = set.intersection(
                *(
                    {span_of(row) for row in found[area, part] if row["surplus_yuan"] is not None}
                    for part in parts
                )
            )
            rows = {span_of(row): row for row in found[area, derived]}
            wrong += [(area, derived, span) for span in standing if span not in rows]
            for (start, end), row in rows.items():
                if any(funds[part].final and (start, end) == (12, 24) for part in parts):
                    continue  # a part that only has its final counts with it
                checked += 1
                for name, truth in {
                    "income_yuan": sum(funds[part].flow("income", start, end) for part in parts),
                    "expenditure_yuan": sum(funds[part].flow("expenditure", start, end) for part in parts),
                    "opening_yuan": sum(funds[part].opening_at(start) for part in parts),
                    "closing_yuan": sum(funds[part].closing_at(end) for part in parts),
                }.items():
                    if row[name] is not None and row[name] != truth:
                        wrong.append((area, derived, row["period_code"], name, row[name], truth))
    assert not wrong, wrong[:5]
    assert checked > 50


def test_final_differs_from_execution_by_what_was_audited(case: Case) -> None:
    found = balances(case, "final")
    checked = 0
    for ledger in case.ledgers:
        if ledger.final is None:
            continue
        (row,) = found[ledger.area, ledger.fund]
        assert row["is_actual"]
        assert row["income_yuan"] == ledger.flow("income", 12, 24) + ledger.final
        assert row["closing_yuan"] == ledger.closing_at(24) + ledger.final
        if row["final_audit_yuan"] is not None:
            checked += 1
            assert row["final_audit_yuan"] == ledger.final
    assert checked > 5
