"""Resolution national → region → area: who is bound by what, the day before and after each change."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from shouzhi.synthetic.policy_book import read_policy
from tests.python.pipeline.model_harness import Lines, load, run_dbt

ROOT = Path(__file__).resolve().parents[3]


def built(folder: Path, *, sample: str | None) -> Path:
    warehouse = folder / "warehouse.duckdb"
    load(warehouse, Lines())
    if sample is not None:
        with duckdb.connect(str(warehouse)) as con:
            con.execute("insert into lake.home_parameter values ('policy_sample', ?)", [sample])
    is_success, failures = run_dbt(
        warehouse,
        folder / "target",
        ["build", "--select", "+benefits__dim_policy_parameter", "+benefits__fct_policy_change",
         "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious"],
    )  # fmt: skip
    assert is_success, failures
    return warehouse


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("policy"), sample="false")


@pytest.fixture(scope="module")
def sample_policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("sample_policy"), sample="true")


def value(warehouse: Path, area: str, code: str, day: str, population: str = "all") -> Decimal | None:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        rows = con.execute(
            """
            select parameter_value from benefits.dim_policy_parameter
            where area_code = ? and parameter_code = ? and population_code = ?
                and valid_from_date <= cast(? as date) and (valid_to_date is null or valid_to_date > cast(? as date))
            """,
            [area, code, population, day, day],
        ).fetchall()
    assert len(rows) <= 1, "exactly one value binds"
    return rows[0][0] if rows else None


@pytest.mark.parametrize(
    ("area", "code", "day", "expected"),
    [
        ("159900", "unit_contribution_rate", "2001-06-30", None),
        ("159900", "unit_contribution_rate", "2001-07-01", "0.06"),
        ("159900", "unit_contribution_rate", "2006-12-31", "0.06"),
        ("159900", "unit_contribution_rate", "2007-01-01", "0.07"),
        ("159900", "large_premium_yuan", "2006-12-31", "100"),
        ("159900", "large_premium_yuan", "2007-01-01", "140"),
        ("159900", "pooled_cap_yuan", "2006-12-31", "25000"),
        ("159900", "pooled_cap_yuan", "2007-01-01", "35000"),
        # the notice binds 自治区本级 only, and 原则上6% stands in a draft that is not in force
        ("150100", "pooled_cap_yuan", "2024-06-30", None),
        ("150100", "unit_contribution_rate", "2024-06-30", None),
        # national rules reach every area
        ("150100", "person_contribution_rate", "2024-06-30", "0.02"),
        ("150100", "resident_subsidy_yuan", "2023-12-31", "640"),
        ("150100", "resident_subsidy_yuan", "2024-01-01", "670"),
    ],
)
def test_value_on_a_day(policy: Path, area: str, code: str, day: str, expected: str | None) -> None:
    found = value(policy, area, code, day)
    assert found == (None if expected is None else Decimal(expected))


def test_sample_rows_bind_nobody_on_a_home_that_did_not_ask_for_them(policy: Path) -> None:
    with duckdb.connect(str(policy), read_only=True) as con:
        for relation in ("dim_policy_parameter", "fct_policy_change"):
            found = con.execute(
                f"select count(*) from benefits.{relation} where basis = 'sample' or doc_no = 'SAMPLE'"
            ).fetchone()
            assert found == (0,), relation


@pytest.mark.parametrize(
    ("area", "code", "day", "expected"),
    [
        # a sample row of the region fills what nobody states, in every area
        ("150100", "pooled_cap_yuan", "2024-06-30", "70000"),
        ("150100", "unit_contribution_rate", "2024-06-30", "0.06"),
        ("150400", "unit_contribution_rate", "2024-06-30", "0.065"),
        ("159900", "outpatient_cap_yuan", "2024-06-30", "2000"),
        # and never stands before the documents
        ("159900", "pooled_cap_yuan", "2024-06-30", "35000"),
        ("159900", "large_ratio", "2024-06-30", "0.95"),
        ("159900", "unit_contribution_rate", "2024-06-30", "0.07"),
        ("150100", "person_contribution_rate", "2024-06-30", "0.02"),
        ("150100", "base_floor_ratio", "2023-12-31", "0.6"),
    ],
)
def test_a_sample_home_takes_them_where_no_document_speaks(
    sample_policy: Path, area: str, code: str, day: str, expected: str
) -> None:
    assert value(sample_policy, area, code, day) == Decimal(expected)


def test_the_calculator_reads_the_same_policy_as_the_warehouse(policy: Path, sample_policy: Path) -> None:
    """Two readings of the seeds, one in SQL and one in Python: every value of every area and range is the same row."""
    for warehouse, sample in ((policy, False), (sample_policy, True)):
        book = read_policy(sample=sample)
        with duckdb.connect(str(warehouse), read_only=True) as con:
            rows = con.execute(
                """
                select area_code, parameter_code, population_code, valid_from_date, valid_to_date, parameter_value,
                    doc_no, clause
                from benefits.dim_policy_parameter
                """
            ).fetchall()
        assert len(rows) > 100
        for area, code, population, start, end, parameter_value, doc_no, clause in rows:
            last = end - dt.timedelta(days=1) if end else dt.date(2099, 12, 31)
            for day in (start, last):
                found = book.find(code, area, day, population)
                assert found is not None, (area, code, day)
                assert (found.value, found.doc_no, found.clause) == (parameter_value, doc_no, clause), (
                    area,
                    code,
                    day,
                )


def test_a_range_cut_by_a_lower_level_is_one_range_again(policy: Path) -> None:
    with duckdb.connect(str(policy), read_only=True) as con:
        rows = con.execute(
            """
            select valid_from_date, valid_to_date from benefits.dim_policy_parameter
            where area_code = '159900' and parameter_code = 'unit_contribution_rate' order by all
            """
        ).fetchall()
    assert [tuple(str(day) for day in row) for row in rows] == [
        ("2001-07-01", "2007-01-01"),
        ("2007-01-01", "None"),
    ]


def test_changes_tell_old_new_and_status(policy: Path) -> None:
    with duckdb.connect(str(policy), read_only=True) as con:
        rows = con.execute(
            """
            select old_value, new_value, value_change, approval_code from benefits.fct_policy_change
            where area_code = '159900' and parameter_code = 'unit_contribution_rate' order by valid_from_date
            """
        ).fetchall()
        drafts = con.execute(
            "select distinct approval_code from benefits.fct_policy_change where doc_no = 'AR-POOL-DRAFT'"
        ).fetchall()
    assert rows == [
        (None, Decimal("0.06"), None, "first"),
        (Decimal("0.06"), Decimal("0.07"), Decimal("0.01"), "higher_document"),
    ]
    assert drafts == [("draft",)]


def test_every_seed_row_of_this_region_is_carried_with_its_clause(policy: Path) -> None:
    with (ROOT / "seeds" / "policy" / "policy_parameter.csv").open(encoding="utf-8", newline="") as file:
        stated = {row["clause"] for row in csv.DictReader(file) if row["doc_no"] == "NMG-2007"}
    with duckdb.connect(str(policy), read_only=True) as con:
        carried = con.execute(
            "select distinct clause from benefits.dim_policy_parameter where doc_no = 'NMG-2007'"
        ).fetchall()
    assert {clause for (clause,) in carried} == stated
