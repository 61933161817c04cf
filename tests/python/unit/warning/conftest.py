"""A small region of statements for the warning models, month by month."""

from __future__ import annotations

import calendar
import datetime as dt
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import rendering

FUND_NAMES = {
    "310100": "职工统筹",
    "310000": "职工",
    "390100": "居民",
    "330100": "大额",
    "POOLED": "统筹合计",
    "ALL": "合计",
}
BALANCE_COLUMNS = """
    area_code varchar, area_kind varchar, fund_code varchar, period_type varchar, period_code varchar,
    period_end_date date, statement_code varchar, is_actual boolean, income_yuan decimal(20, 2),
    expenditure_yuan decimal(20, 2), surplus_yuan decimal(20, 2), actual_closing_yuan decimal(20, 2),
    ytd_income_yuan decimal(20, 2), ytd_expenditure_yuan decimal(20, 2), rolling_income_yuan decimal(20, 2),
    rolling_expenditure_yuan decimal(20, 2), rolling_surplus_yuan decimal(20, 2),
    prior_year_income_yuan decimal(20, 2), prior_year_expenditure_yuan decimal(20, 2),
    reserve_months decimal(18, 6), year_end_reserve_months decimal(18, 6), is_held boolean,
    areas_reported_count integer default 1, areas_expected_count integer default 1
"""
SEEDS = [
    "warning_rule",
    "warning_rule_period",
    "warning_threshold",
    "warning_fund",
    "warning_level",
    "metric",
    "prefecture_indicator",
    "reserve_definition",
    "reserve_exclusion",
    "fund_exemption",
    "fund_scope",
    "document",
]
MODELS = ["int_fund_balance__budget_in_force"] + [
    path.stem
    for folder in (
        "intermediate/deficit_warning",
        "intermediate/prefecture_comparison",
        "marts/deficit_warning",
        "marts/prefecture_comparison",
    )
    for path in sorted((rendering.ROOT / "models" / folder).glob("*.sql"))
]
# What the business feeds bring is tested in ../comparison; here it is empty.
OTHERS = {
    "int_prefecture_comparison__business_measure": """area_code varchar, scheme_code varchar, period_type varchar,
        period_code varchar, period_end_date date, measure_code varchar, measure_value decimal(26, 6)""",
}
NOT_BUILT = (*OTHERS, *(f"int_prefecture_comparison__{name}" for name in ("cover", "care", "driver")))
MODELS = [name for name in MODELS if name not in (*NOT_BUILT, "prefecture_comparison__fct_spending_driver")]
Month = tuple[int, int]


def month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def months_between(first: Month, last: Month) -> list[Month]:
    count = (last[0] - first[0]) * 12 + last[1] - first[1] + 1
    return [((first[0] * 12 + first[1] - 1 + n) // 12, (first[1] - 1 + n) % 12 + 1) for n in range(count)]


@dataclass
class Region:
    """Collects monthly series; `build` runs the models over them."""

    areas: list[tuple[str, str, str, bool]]
    first: Month = (2024, 1)
    last: Month = (2026, 9)
    rows: list[tuple] = field(default_factory=list)
    scopes: list[tuple] = field(default_factory=list)

    def add(
        self,
        area: str,
        fund: str,
        opening: float,
        flow: Callable[[Month], tuple[float, float]],
        silent: Iterable[Month] = (),
    ) -> None:
        """One series: flow(month) gives (income, expenditure); silent months are not reported."""
        kind = next(a[2] for a in self.areas if a[0] == area)
        known: dict[Month, tuple[float, float, float]] = {}
        closing = opening
        for month in months_between(self.first, self.last):
            income, expenditure = flow(month)
            closing += income - expenditure
            if month not in set(silent):
                known[month] = (income, expenditure, closing)

        def window(month: Month) -> list[Month]:
            return months_between((month[0] - 1, month[1] + 1) if month[1] < 12 else (month[0], 1), month)

        def reserve(month: Month) -> float | None:
            if month not in known or any(m not in known for m in window(month)):
                return None
            return known[month][2] / (sum(known[m][1] for m in window(month)) / 12)

        for month, (income, expenditure, balance) in known.items():
            whole = all(m in known for m in window(month))
            rolled = [sum(known[m][n] for m in window(month)) if whole else None for n in (0, 1)]
            year_to_date = [(month[0], n) for n in range(1, month[1] + 1)]
            before = known.get((month[0] - 1, month[1]))
            year_end = month if month[1] == 12 else (month[0] - 1, 12)
            self.rows.append(
                (
                    area,
                    kind,
                    fund,
                    "month",
                    f"{month[0]}{month[1]:02d}",
                    month_end(*month),
                    "execution",
                    True,
                    income,
                    expenditure,
                    income - expenditure,
                    balance,
                    sum(known[m][0] for m in year_to_date if m in known),
                    sum(known[m][1] for m in year_to_date if m in known),
                    rolled[0],
                    rolled[1],
                    rolled[0] - rolled[1] if whole else None,
                    before[0] if before else None,
                    before[1] if before else None,
                    reserve(month),
                    reserve(year_end),
                    False,
                )
            )

    def add_year(
        self,
        area: str,
        fund: str,
        year: int,
        income: float,
        expenditure: float,
        closing: float | None,
        statement: str = "execution",
    ) -> None:
        """One yearly row; a budget is not an actual."""
        kind = next(a[2] for a in self.areas if a[0] == area)
        actual = statement in ("execution", "final")
        months = closing / (expenditure / 12) if actual and closing is not None and expenditure else None
        self.rows.append(
            (
                area,
                kind,
                fund,
                "year",
                str(year),
                dt.date(year, 12, 31),
                statement,
                actual,
                income,
                expenditure,
                income - expenditure,
                closing,
                income,
                expenditure,
                income if actual else None,
                expenditure if actual else None,
                income - expenditure if actual else None,
                None,
                None,
                months,
                months,
                False,
            )
        )

    def build(self) -> duckdb.DuckDBPyConnection:
        con = duckdb.connect()
        rendering.load_seeds(con, SEEDS)
        con.execute("create view map_fund_exemption as select area_code, fund_code from fund_exemption")
        con.execute(
            "create table dim_area (area_code varchar, area_name varchar, area_kind varchar,"
            " is_expected_reporter boolean, sort_order integer)"
        )
        con.executemany(
            "insert into dim_area values (?, ?, ?, ?, ?)", [(*a, n) for n, a in enumerate(self.areas)]
        )
        con.execute("create table dim_fund (fund_code varchar, fund_name varchar)")
        con.executemany("insert into dim_fund values (?, ?)", list(FUND_NAMES.items()))
        con.execute(
            "create table dim_period (period_type varchar, period_code varchar, period_end_date date,"
            " period_label_zh varchar, period_index integer)"
        )
        years = range(self.first[0] - 1, self.last[0] + 2)
        con.executemany(
            "insert into dim_period values (?, ?, ?, ?, ?)",
            [
                ("month", f"{y}{m:02d}", month_end(y, m), f"{y}年{m}月", y * 12 + m - 1)
                for y in years
                for m in range(1, 13)
            ]
            + [("year", str(y), dt.date(y, 12, 31), f"{y}年", y) for y in years],
        )
        con.execute(f"create table fund_balance__fct_fund_balance ({BALANCE_COLUMNS})")
        con.executemany(
            f"insert into fund_balance__fct_fund_balance values ({', '.join('?' * 22)}, 1, 1)", self.rows
        )
        con.execute(
            "create table fund_balance__fct_fund_account as select area_code, fund_code, period_type, period_code,"
            " is_actual, 'fiscal_subsidy_income' as account_code, 'addend' as account_role,"
            " cast(income_yuan * 0.25 as decimal(20, 2)) as amount_yuan from fund_balance__fct_fund_balance"
        )
        con.execute(
            "create table fund_balance__bridge_fund_scope as"
            " with f as (select distinct area_code, fund_code from fund_balance__fct_fund_balance)"
            " select area_code, 'employee' as scheme_code, 'pooled' as basis_code, min(fund_code) filter"
            " (fund_code = '310100') as fund_code from f group by 1 having bool_or(fund_code = '310100')"
            " union all select area_code, 'resident', 'pooled', '390100' from f where fund_code = '390100'"
            " union all select area_code, 'all', 'pooled', 'POOLED' from f"
            " where fund_code in ('310100', '390100') group by 1 having count(*) = 2"
        )
        for name, columns in OTHERS.items():
            con.execute(f"create table {name} ({columns})")
        rendering.build(con, MODELS)
        return con


@pytest.fixture
def region() -> Callable[..., Region]:
    """Two 盟市, 本级 and the region row by default."""

    def make(**options: object) -> Region:
        areas = options.pop(
            "areas",
            [
                ("150000", "全区", "region", False),
                ("159900", "自治区本级", "prov_level", True),
                ("150100", "甲市", "pooling_area", True),
                ("150200", "乙市", "pooling_area", True),
            ],
        )
        return Region(areas=areas, **options)

    return make
