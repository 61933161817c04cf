"""What policy makes due in the sample: rates, floors and standards of every area, as a relation for the month at hand."""

import datetime as dt
from collections.abc import Collection
from decimal import ROUND_HALF_UP, Decimal

from shouzhi.synthetic.engine import Engine
from shouzhi.synthetic.policy_book import Parameter, PolicyBook
from shouzhi.synthetic.settings import Plan, month_of, year_of

MILLION = 1_000_000
LEVELS = {
    "中央": "subsidy_central_ratio",
    "自治区": "subsidy_region_ratio",
    "盟市": "subsidy_prefecture_ratio",
    "旗县": "subsidy_county_ratio",
}


def first_of(month: int) -> dt.date:
    return dt.date(year_of(month), month_of(month), 1)


def millionths(row: Parameter | None) -> int:
    """A ratio of the seeds, which have six decimals, as a whole number."""
    return 0 if row is None else int(row.value * MILLION)


def fen(row: Parameter) -> int:
    return int(row.value * 100)


def whole_yuan(amount: Decimal) -> int:
    """Floor and ceiling are published in whole yuan; in fen."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP)) * 100


def monthly(book: PolicyBook, area: str, month: int) -> tuple[int, ...]:
    """Floor and ceiling in fen; the rates of unit, person, civil servants and account credit in millionths."""
    day = first_of(month)
    average = book.need("average_wage_yuan", area, day).value
    share = book.brackets("account_credit_ratio", area, day, "in_service", "all", "all")[0]
    return (
        whole_yuan(average * book.need("base_floor_ratio", area, day).value),
        whole_yuan(average * book.need("base_ceiling_ratio", area, day).value),
        millionths(book.need("unit_contribution_rate", area, day)),
        millionths(book.need("person_contribution_rate", area, day)),
        millionths(book.need("civil_servant_contribution_ratio", area, day, "civil_servant")),
        millionths(share) + millionths(book.find("account_credit_uplift_ratio", area, day)),
    )


def yearly(book: PolicyBook, area: str, year: int) -> tuple[int, ...]:
    """Of the standard in force on 1 January, in fen: large-claim premium of unit and person, resident premium, subsidy."""
    day = dt.date(year, 1, 1)
    codes = (
        "large_premium_unit_yuan",
        "large_premium_person_yuan",
        "resident_premium_yuan",
        "resident_subsidy_yuan",
    )
    return tuple(fen(book.need(code, area, day)) for code in codes)


def subsidy_standard(book: PolicyBook, area: str, year: int, level: str) -> int:
    """What one level of government owes for a resident and year, in fen."""
    day = dt.date(year, 1, 1)
    standard = book.need("resident_subsidy_yuan", area, day).value * book.need(LEVELS[level], area, day).value
    return int((standard * 100).quantize(Decimal(1), ROUND_HALF_UP))


def write_months(engine: Engine, plan: Plan, months: Collection[int]) -> None:
    """The relation ``due_rule``: area, rule_month, floor_fen, ceiling_fen, unit_rate, person_rate, civil_rate, credit_rate."""
    _write(
        engine,
        "due_rule",
        (
            "area",
            "rule_month",
            "floor_fen",
            "ceiling_fen",
            "unit_rate",
            "person_rate",
            "civil_rate",
            "credit_rate",
        ),
        [
            (area.number, month, *monthly(plan.book, area.code, month))
            for area in plan.region.areas
            for month in sorted(set(months))
        ],
    )


def write_years(engine: Engine, plan: Plan, years: Collection[int]) -> None:
    """The relation ``year_rule``: area, rule_year, large_unit, large_person, premium, subsidy."""
    _write(
        engine,
        "year_rule",
        ("area", "rule_year", "large_unit", "large_person", "premium", "subsidy"),
        [
            (area.number, year, *yearly(plan.book, area.code, year))
            for area in plan.region.areas
            for year in sorted(set(years))
        ],
    )


def _write(engine: Engine, name: str, columns: tuple[str, ...], rows: list[tuple[int, ...]]) -> None:
    listed = ", ".join(f"({', '.join(map(str, row))})" for row in rows)
    engine.execute(
        f"create or replace temp table {name} as select * from (values {listed}) as rows({', '.join(columns)})"
    )


def share(amount: str, rate: str) -> str:
    """SQL: a share of fen by a rate in millionths, half up to the fen; both are never negative."""
    return f"(({amount} * {rate} + {MILLION // 2}) // {MILLION})"
