"""Every contribution that the demonstration sample plants wrong is found, and nothing else."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from shouzhi.warehouse.query import run_query

pytestmark = pytest.mark.pipeline

CHECKS = ("C03", "C12", "C13", "C14", "C15", "C17", "S02")
ROW_CAUSE = {
    "C03": "is_base_wrong",
    "C12": "is_rate_wrong",
    "C14": "is_credit_wrong",
    "C17": "is_amount_wrong",
}


@pytest.fixture(scope="module")
def marts(demo_home: Path) -> Path:
    build = (demo_home / "CURRENT").read_text(encoding="utf-8").strip()
    return demo_home / "builds" / build / "marts.duckdb"


@pytest.fixture(scope="module")
def planted(demo_extracts: Path) -> list[dict[str, str]]:
    with (demo_extracts / "truth" / "contribution_deviations.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_kind_is_planted(planted: list[dict[str, str]]) -> None:
    assert {row["check_id"] for row in planted} == set(CHECKS)


def test_the_checks_find_what_was_planted_and_nothing_else(
    marts: Path, planted: list[dict[str, str]]
) -> None:
    expected: dict[tuple[str, ...], int] = defaultdict(int)
    for row in planted:
        # The persons who do not pay on are counted; every other line is one violation.
        count = int(Decimal(row["planted_yuan"])) if row["check_id"] == "C15" else 1
        expected[row["check_id"], row["area_code"], row["period"]] += count
    _, found = run_query(
        marts,
        f"""
        select check_id, area_code, period_code, sum(violated_count)
        from data_quality.fct_check_result
        where check_id in {CHECKS} and violated_count > 0
        group by check_id, area_code, period_code
        """,
    )
    assert {tuple(key): int(count) for *key, count in found} == dict(expected)


def test_accounts_were_credited_with_what_contributions_say(marts: Path) -> None:
    _, found = run_query(
        marts,
        "select sum(violated_count), sum(denominator_count) > 100 from data_quality.fct_check_result where check_id = 'C16'",
    )
    assert found == [(0, True)]


def test_the_rows_are_those_that_were_planted(marts: Path, planted: list[dict[str, str]]) -> None:
    for check_id, flag in ROW_CAUSE.items():
        wanted = {row["contribution_id"] for row in planted if row["check_id"] == check_id}
        _, found = run_query(marts, f"select contribution_id from rows.contribution_due where {flag}")
        assert {row[0] for row in found} == wanted, check_id


def test_the_differences_are_the_planted_yuan(marts: Path, planted: list[dict[str, str]]) -> None:
    """Base, rate and premium of the rows, standard and missing level of the subsidies: to the cent, by area."""
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for row in planted:
        if row["check_id"] in ("C03", "C12", "C17", "S02"):
            expected[row["area_code"]] += Decimal(row["planted_yuan"])
    _, found = run_query(
        marts,
        """
        select area_code, sum(difference_yuan)
        from benefits.fct_contribution_replay
        where area_kind <> 'region' and status_code = 'replayed' and item_code not in ('account_credit', 'early_retiree')
        group by area_code having sum(difference_yuan) <> 0
        """,
    )
    assert dict(found) == dict(expected)


def test_only_refunds_lump_sums_and_write_offs_are_not_replayed(marts: Path) -> None:
    _, found = run_query(
        marts,
        "select distinct reason_code from benefits.fct_contribution_replay where status_code <> 'replayed'",
    )
    assert {row[0] for row in found} <= {"refund", "other_kind", "written_off"}
