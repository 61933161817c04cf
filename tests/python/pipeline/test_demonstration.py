"""The demonstration home shows every state that the scenario ``deficit`` plants, and calls nothing a flaw that is none.

What was planted stands in the sample's ``truth/`` folder.
"""

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shouzhi.warehouse.query import open_locked

pytestmark = pytest.mark.pipeline

LAST = "202512"


@pytest.fixture(scope="module")
def marts(demo_home: Path):
    build = (demo_home / "CURRENT").read_text(encoding="utf-8").strip()
    with open_locked(demo_home / "builds" / build / "marts.duckdb") as connection:
        yield connection


@pytest.fixture(scope="module")
def planted(demo_extracts: Path) -> Callable[[str], dict[str, Any]]:
    found = json.loads((demo_extracts / "truth" / "statements.json").read_text(encoding="utf-8"))
    return lambda what: next(row for row in found if row["what"] == what)


def rows(marts: duckdb.DuckDBPyConnection, sql: str) -> list[tuple]:
    return marts.execute(sql).fetchall()


def levels(marts: duckdb.DuckDBPyConnection, fund: str) -> dict[str, tuple]:
    found = rows(
        marts,
        f"""
        select area_code, level_code, change_code, surplus_level_code from deficit_warning.fct_warning_level
        where fund_code = '{fund}' and period_code = '{LAST}'
        """,
    )
    return {area: tuple(rest) for area, *rest in found}


def test_two_areas_drift_into_current_deficit(marts: duckdb.DuckDBPyConnection) -> None:
    found = levels(marts, "310100")
    assert found["150900"][:2] == ("red", "raised")
    assert found["152200"][1] == "new"
    deficits = rows(
        marts,
        f"""
        select area_code, reserve_months from fund_balance.fct_fund_balance
        where fund_code = '310100' and period_type = 'month' and period_code = '{LAST}' and is_actual
            and rolling_surplus_yuan < 0 and area_code in ('150900', '152200')
        order by area_code
        """,
    )
    assert [area for area, _ in deficits] == ["150900", "152200"]
    assert deficits[0][1] < 3


def test_one_area_is_exhausted_and_one_over_full(marts: duckdb.DuckDBPyConnection) -> None:
    residents = levels(marts, "390100")
    assert residents["150300"][:2] == ("red", "raised")
    assert residents["150400"][0] == "orange"
    assert [area for area, (level, *_) in residents.items() if level == "red"] == ["150300"]
    (closing,) = rows(
        marts,
        "select stated_closing_yuan from fund_balance.fct_fund_balance where area_code = '150300'"
        f" and fund_code = '390100' and period_type = 'month' and period_code = '{LAST}' and is_actual",
    )
    assert closing[0] < 0
    assert levels(marts, "310100")["150600"][2] == "yellow"
    assert [area for area, (level, *_) in levels(marts, "310100").items() if level == "red"] == ["150900"]


def test_the_area_that_stopped_reporting_is_missing_not_zero(marts: duckdb.DuckDBPyConnection) -> None:
    arrivals = rows(
        marts,
        """
        select period_code, arrival_code from data_quality.fct_arrival
        where area_code = '152900' and fund_code = '310100' and period_type = 'month' and period_code >= '202508'
        order by period_code
        """,
    )
    assert arrivals == [
        ("202508", "reported"),
        ("202509", "reported"),
        ("202510", "missing"),
        ("202511", "missing"),
        ("202512", "missing"),
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
    ("what", "period", "statement", "difference_class"),
    [
        ("restated_opening", "202501", "execution", "restatement"),
        ("final_audit", "2024", "final", "final_audit"),
    ],
)
def test_planted_differences(
    marts: duckdb.DuckDBPyConnection,
    planted: Callable[[str], dict[str, Any]],
    what: str,
    period: str,
    statement: str,
    difference_class: str,
) -> None:
    plant = planted(what)
    (found,) = rows(
        marts,
        f"""
        select difference_class, abs(difference_yuan) from fund_balance.fct_fund_balance
        where area_code = '{plant["area"]}' and fund_code = '{plant["fund"]}' and period_code = '{period}'
            and statement_code = '{statement}'
        """,
    )
    assert found == (difference_class, abs(Decimal(plant["yuan"])))


def test_months_that_are_held(marts: duckdb.DuckDBPyConnection) -> None:
    """Of the monthly statements of areas, exactly the planted ones carry 待核."""
    held = rows(
        marts,
        """
        select check_id, area_code, fund_code, period_code from data_quality.fct_hold
        where period_type = 'month' and fund_code in ('310100', '310200', '390100', '330100', '320100')
        order by 1, 2, 3, 4
        """,
    )
    assert held == [
        ("D01", "150300", "330100", "202505"),
        ("M02", "150700", "310100", "202501"),
        ("M03", "150400", "390100", "202512"),
        ("M03", "152500", "310100", "202511"),
        ("M06", "150000", "310100", "202506"),
        ("M06", "150000", "310100", "202507"),
        (
            "M12",
            "150400",
            "390100",
            "202512",
        ),  # the mistyped closing does not agree with where it is held either
    ]


def test_rounded_file_is_rounding_only(marts: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        marts,
        """
        select distinct difference_class from fund_balance.fct_fund_balance
        where area_code = '152200' and period_type = 'month' and statement_code = 'execution'
        """,
    )
    assert {name for (name,) in found} <= {"none", "rounding"}
    assert ("rounding",) in found


def test_one_row_is_quarantined_and_the_unknown_account_kept(marts: duckdb.DuckDBPyConnection) -> None:
    quarantined = rows(marts, "select file_name, raw_text from data_quality.fct_quarantine")
    assert len(quarantined) == 1
    assert quarantined[0][0] == "fund_statement_202509.csv"
    assert "202513" in quarantined[0][1]
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
        ("fund_statement_202505_东部等盟市.csv", False),
        ("fund_statement_202505_东部等盟市_更正.csv", True),
    ]


def test_the_deficit_budget_is_the_only_budget_violation(marts: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        marts,
        """
        select check_id, area_code, fund_code, period_code from data_quality.fct_check_result
        where check_id in ('B01', 'B02') and status in ('fail', 'warn')
        """,
    )
    assert found == [("B01", "150400", "390100", "2025")]


def test_every_planted_deviation_of_benefits_is_found_and_nothing_else(
    marts: duckdb.DuckDBPyConnection, demo_extracts: Path
) -> None:
    """paid − worked out by the replay: exactly what ``truth/benefit_deviations.csv`` says, to the cent, with its cause."""
    found = rows(
        marts,
        "select settlement_id, fund_code, difference_yuan, cause_code from benefits.fct_benefit_replay"
        " where difference_yuan <> 0 order by 1, 2",
    )
    with (demo_extracts / "truth" / "benefit_deviations.csv").open(encoding="utf-8", newline="") as file:
        planted = sorted(
            (row["setl_id"], row["fund_code"], Decimal(row["planted_yuan"]), row["cause_code"])
            for row in csv.DictReader(file)
        )
    assert found == planted
    assert len(planted) == 48 and len({cause for *_, cause in planted}) >= 4


def test_every_settlement_of_the_demonstration_is_replayed(marts: duckdb.DuckDBPyConnection) -> None:
    """The sample's parameters leave nothing open; what no rule covers (maternity, care at home) is said to be so."""
    found = rows(
        marts,
        """
        select status_code, medical_kind_code in ('maternity', 'other'), count(distinct settlement_id) > 100
        from benefits.fct_benefit_replay group by 1, 2 order by 1
        """,
    )
    assert found == [("outside_rules", True, True), ("replayed", False, True)]
