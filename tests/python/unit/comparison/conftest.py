"""A hand-made region for the comparison models: months of enrolment, care and contributions in, marts out."""

from __future__ import annotations

import calendar
import datetime as dt
import sys
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "warning"))

import rendering

AREAS = [
    ("150000", "全区", "region", "150000"),
    ("159900", "自治区本级", "prov_level", "150000"),
    ("150100", "甲市", "pooling_area", "150000"),
    ("150200", "乙市", "pooling_area", "150000"),
    ("990000", "外地", "other", None),
]
CORE_TABLES = {
    "agg_enrolment_month": """
        area_code varchar, county_code varchar, insutype_code varchar, person_group_code varchar, month_code varchar,
        insured_count bigint, double_enrolled_count bigint""",
    "agg_settlement_month": """
        area_code varchar, county_code varchar, insutype_code varchar, retired_code varchar, medical_kind_code varchar,
        hospital_level_code varchar, place_code varchar, is_manual boolean, event_month varchar,
        service_month varchar, settlement_count bigint, occurrence_count bigint, occurrence_day_count bigint,
        medical_fee_yuan decimal(20, 2), fund_pay_yuan decimal(20, 2), occurrence_medical_fee_yuan decimal(20, 2),
        occurrence_in_scope_yuan decimal(20, 2), occurrence_fund_pay_yuan decimal(20, 2)""",
    "agg_contribution_month": """
        area_code varchar, county_code varchar, insutype_code varchar, event_month varchar, due_month varchar,
        is_collected boolean, is_next_year boolean, contribution_kind_code varchar, employer_yuan decimal(20, 2),
        person_yuan decimal(20, 2), other_yuan decimal(20, 2), late_fee_yuan decimal(20, 2)""",
    "fct_subsidy": """
        area_code varchar, year_code varchar, government_level_code varchar, due_yuan decimal(20, 2),
        arrived_yuan decimal(20, 2), arrived_date date""",
    "dim_institution": """
        institution_code varchar, area_code varchar, begin_at timestamp, end_at timestamp, bed_count decimal(20, 4)""",
    "fund_balance__fct_fund_balance": """
        area_code varchar, area_kind varchar, fund_code varchar, period_type varchar, period_code varchar,
        period_end_date date, is_actual boolean, income_yuan decimal(20, 2), expenditure_yuan decimal(20, 2),
        surplus_yuan decimal(20, 2), actual_closing_yuan decimal(20, 2), ytd_income_yuan decimal(20, 2),
        ytd_expenditure_yuan decimal(20, 2), rolling_income_yuan decimal(20, 2), rolling_surplus_yuan decimal(20, 2),
        prior_year_income_yuan decimal(20, 2), prior_year_expenditure_yuan decimal(20, 2),
        reserve_months decimal(18, 6)""",
    "fund_balance__fct_fund_account": """
        area_code varchar, fund_code varchar, period_type varchar, period_code varchar, is_actual boolean,
        account_code varchar, account_role varchar, amount_yuan decimal(20, 2)""",
    "fund_balance__bridge_fund_scope": """
        area_code varchar, scheme_code varchar, basis_code varchar, fund_code varchar""",
    "int_fund_balance__budget_in_force": """
        area_code varchar, fund_code varchar, year_number integer, budget_income_yuan decimal(20, 2),
        budget_expenditure_yuan decimal(20, 2)""",
}
SEEDS = [
    "insutype", "metric", "prefecture_indicator", "resident_population", "arrears_age", "fund_scope",
    "reserve_definition", "reserve_exclusion", "fund", "period_part",
]  # fmt: skip
MODELS = [
    "enrolment__fct_insured_month",
    "int_fund_balance__due",
    "int_fund_balance__subsidy_due",
    "fund_balance__fct_collection",
    *(
        path.stem
        for folder in ("intermediate/prefecture_comparison", "marts/prefecture_comparison")
        for path in sorted((rendering.ROOT / "models" / folder).glob("*.sql"))
    ),
]


@dataclass
class Region:
    """Rows of the core aggregates, by name; `build` runs the models over them."""

    years: tuple[int, ...] = (2023, 2024, 2025)
    rows: dict[str, list[dict]] = field(default_factory=dict)

    def add(self, table: str, **values: object) -> None:
        self.rows.setdefault(table, []).append(values)

    def insured(
        self,
        area: str,
        month: str,
        count: int,
        insutype: str = "310",
        group: str = "in_service",
        double: int = 0,
    ) -> None:
        self.add(
            "agg_enrolment_month",
            area_code=area,
            county_code=area,
            insutype_code=insutype,
            person_group_code=group,
            month_code=month,
            insured_count=count,
            double_enrolled_count=double,
        )

    def care(
        self,
        area: str,
        month: str,
        kind: str,
        visits: int,
        fee: float,
        paid: float,
        *,
        insutype: str = "310",
        place: str = "local",
        occurrences: int | None = None,
        days: int = 0,
        in_scope: float = 0,
    ) -> None:
        self.add(
            "agg_settlement_month",
            area_code=area,
            county_code=area,
            insutype_code=insutype,
            medical_kind_code=kind,
            place_code=place,
            event_month=month,
            settlement_count=visits,
            occurrence_count=visits if occurrences is None else occurrences,
            occurrence_day_count=days,
            medical_fee_yuan=fee,
            fund_pay_yuan=paid,
            occurrence_medical_fee_yuan=fee,
            occurrence_in_scope_yuan=in_scope,
            occurrence_fund_pay_yuan=paid,
        )

    def contribution(
        self,
        area: str,
        due: str,
        event: str,
        person: float,
        *,
        employer: float = 0,
        collected: bool = True,
        insutype: str = "310",
        kind: str = "normal",
        next_year: bool = False,
        late_fee: float = 0,
    ) -> None:
        self.add(
            "agg_contribution_month",
            area_code=area,
            county_code=area,
            insutype_code=insutype,
            event_month=event,
            due_month=due,
            is_collected=collected,
            is_next_year=next_year,
            contribution_kind_code=kind,
            employer_yuan=employer,
            person_yuan=person,
            other_yuan=0,
            late_fee_yuan=late_fee,
        )

    def balance(self, area: str, fund: str, period: str, income: float, expenditure: float) -> None:
        end = dt.date(
            int(period[:4]), int(period[4:]), calendar.monthrange(int(period[:4]), int(period[4:]))[1]
        )
        self.add(
            "fund_balance__fct_fund_balance",
            area_code=area,
            area_kind="pooling_area",
            fund_code=fund,
            period_type="month",
            period_code=period,
            period_end_date=end,
            is_actual=True,
            income_yuan=income,
            expenditure_yuan=expenditure,
            surplus_yuan=income - expenditure,
        )
        for account, amount in (("premium_income", income * 0.7), ("fiscal_subsidy_income", income * 0.3)):
            self.add(
                "fund_balance__fct_fund_account",
                area_code=area,
                fund_code=fund,
                period_type="month",
                period_code=period,
                is_actual=True,
                account_code=account,
                account_role="addend",
                amount_yuan=amount,
            )
        scheme = "employee" if fund.startswith("310") else "resident"
        if not any(
            row["area_code"] == area and row["fund_code"] == fund
            for row in self.rows.get("fund_balance__bridge_fund_scope", [])
        ):
            self.add(
                "fund_balance__bridge_fund_scope",
                area_code=area,
                scheme_code=scheme,
                basis_code="pooled",
                fund_code=fund,
            )

    def build(self) -> duckdb.DuckDBPyConnection:
        con = duckdb.connect()
        rendering.load_seeds(con, SEEDS)
        con.execute("alter table fund rename to dim_fund")
        con.execute(
            "create table dim_area (area_code varchar, area_name varchar, area_kind varchar, region_code varchar)"
        )
        con.executemany("insert into dim_area values (?, ?, ?, ?)", AREAS)
        con.execute("create table year_list (year_number integer)")
        con.executemany("insert into year_list values (?)", [(year,) for year in self.years])
        con.execute(PERIODS)
        for name, columns in CORE_TABLES.items():
            con.execute(f"create table {name} ({columns})")
            for row in self.rows.get(name, []):
                marks = ", ".join("?" * len(row))
                con.execute(f"insert into {name} ({', '.join(row)}) values ({marks})", list(row.values()))
        rendering.build(con, MODELS)
        return con


PERIODS = """
create table dim_period as
select
    part.period_type,
    concat(year_list.year_number, coalesce(part.code_suffix, '')) as period_code,
    make_date(year_list.year_number, part.start_month, 1) as period_start_date,
    last_day(make_date(year_list.year_number, part.start_month + part.month_count - 1, 1)) as period_end_date,
    concat(year_list.year_number, part.label_suffix) as period_label_zh,
    cast(
        year_list.year_number
        * case part.period_type when 'month' then 12 when 'quarter' then 4 when 'half' then 2 else 1 end
        + part.part_no - 1 as integer
    ) as period_index,
    year_list.year_number,
    part.part_no as period_no
from year_list cross join period_part as part
"""


@pytest.fixture
def region() -> Region:
    """Nothing yet: every test says what it needs."""
    return Region()
