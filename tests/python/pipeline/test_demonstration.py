"""The demonstration home shows every state that 说明.md promises, and nothing is called a flaw that is none."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.pipeline

LAST = "202609"


@pytest.fixture(scope="module")
def marts(demo_home: Path):
    build = (demo_home / "CURRENT").read_text(encoding="utf-8").strip()
    with duckdb.connect(str(demo_home / "builds" / build / "marts.duckdb"), read_only=True) as connection:
        yield connection


def rows(marts: duckdb.DuckDBPyConnection, sql: str) -> list[tuple]:
    return marts.execute(sql).fetchall()


def test_levels_and_changes_of_the_last_month(marts: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        marts,
        f"""
        select area_code, level_code, change_code from deficit_warning.fct_warning_level
        where fund_code = '310100' and period_code = '{LAST}' and change_code <> 'same'
        """,
    )
    assert set(found) == {
        ("150900", "red", "raised"),
        ("150500", "orange", "raised"),
        ("150700", "orange", "lowered"),
        ("150800", "none", "cleared"),
        ("152200", "yellow", "new"),
    }


def test_surplus_axis_and_exhausted_residents(marts: duckdb.DuckDBPyConnection) -> None:
    axis = rows(
        marts,
        f"""
        select area_code, surplus_level_code, level_code from deficit_warning.fct_warning_level
        where fund_code = '310100' and period_code = '{LAST}' and area_code in ('150200', '150600')
        order by area_code
        """,
    )
    assert axis == [("150200", "blue", "none"), ("150600", "yellow", "none")]
    residents = rows(
        marts,
        f"""
        select area_code, level_code from deficit_warning.fct_warning_level
        where fund_code = '390100' and period_code = '{LAST}' and level_code in ('red', 'orange')
        order by area_code
        """,
    )
    assert residents == [("150300", "red"), ("150400", "orange")]


def test_the_area_that_stopped_reporting_is_missing_not_zero(marts: duckdb.DuckDBPyConnection) -> None:
    arrivals = rows(
        marts,
        """
        select period_code, arrival_code from data_quality.fct_arrival
        where area_code = '152900' and fund_code = '310100' and period_type = 'month' and period_code >= '202605'
        order by period_code
        """,
    )
    assert arrivals == [
        ("202605", "reported"),
        ("202606", "reported"),
        ("202607", "missing"),
        ("202608", "missing"),
        ("202609", "missing"),
    ]
    (counts,) = rows(
        marts,
        f"""
        select areas_reported_count, areas_expected_count from deficit_warning.fct_level_count
        where fund_code = '310100' and period_type = 'month' and period_code = '{LAST}'
        """,
    )
    assert counts == (12, 13)


@pytest.mark.parametrize(
    ("area", "fund", "period", "statement", "difference_class", "yuan"),
    [
        ("150700", "310100", "202601", "execution", "restatement", "-3250000.00"),
        ("150500", "390100", "2025", "final", "final_audit", "-2345678.90"),
    ],
)
def test_planted_differences(
    marts: duckdb.DuckDBPyConnection,
    area: str,
    fund: str,
    period: str,
    statement: str,
    difference_class: str,
    yuan: str,
) -> None:
    (found,) = rows(
        marts,
        f"""
        select difference_class, difference_yuan from fund_balance.fct_fund_balance
        where area_code = '{area}' and fund_code = '{fund}' and period_code = '{period}'
            and statement_code = '{statement}'
        """,
    )
    assert found == (difference_class, Decimal(yuan))


def test_months_that_are_held(marts: duckdb.DuckDBPyConnection) -> None:
    """Of the monthly statements of areas, exactly the planted ones carry 待核."""
    held = rows(
        marts,
        """
        select check_id, area_code, fund_code, period_code from data_quality.fct_hold
        where period_type = 'month' and fund_code in ('310100', '310200', '390100', '330100')
        order by 1, 2, 3, 4
        """,
    )
    assert held == [
        ("D01", "150300", "330100", "202505"),
        ("M02", "150700", "310100", "202601"),
        ("M03", "150400", "390100", "202609"),
        ("M03", "152500", "310100", "202608"),
        ("M06", "150000", "310100", "202606"),
        ("M06", "150000", "310100", "202607"),
    ]


def test_rounded_file_is_rounding_only(marts: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        marts,
        """
        select distinct difference_class from fund_balance.fct_fund_balance
        where area_code = '152200' and period_type = 'month' and period_code between '202601' and '202609'
            and statement_code = 'execution'
        """,
    )
    assert {name for (name,) in found} <= {"none", "rounding"}
    assert ("rounding",) in found


def test_one_row_is_quarantined_and_the_unknown_account_kept(marts: duckdb.DuckDBPyConnection) -> None:
    quarantined = rows(marts, "select file_name, raw_text from data_quality.fct_quarantine")
    assert len(quarantined) == 1
    assert "乌兰察布市" in quarantined[0][0]
    unknown = rows(
        marts,
        """
        select distinct area_code, account_name from fund_balance.fct_statement_line
        where is_unknown_account and is_active
        """,
    )
    assert unknown == [("150500", "长期护理保险试点划转支出")]


def test_correction_stands_and_the_first_delivery_is_superseded(marts: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        marts,
        """
        select file_name, is_active from fund_balance.fct_statement_line
        where area_code = '150300' and fund_code = '330100' and period_code = '202505'
            and account_code = 'benefit_expenditure'
        order by file_name
        """,
    )
    assert found == [
        ("fund_statement_2025_乌海市.csv", False),
        ("fund_statement_2025_乌海市_更正.csv", True),
    ]


def test_the_deficit_budget_is_the_only_violation(marts: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        marts,
        """
        select check_id, area_code, fund_code, period_code from data_quality.fct_check_result
        where kind = 'violation' and status in ('fail', 'warn')
        """,
    )
    assert found == [("B01", "150400", "390100", "2026")]
