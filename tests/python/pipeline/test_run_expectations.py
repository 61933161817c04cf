"""Each expectation has its planted fault, and finds nothing on the demonstration warehouse as it is."""

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.suites import Check, Suite, read_suites

pytestmark = pytest.mark.pipeline

CASES = [(suite, check) for suite in read_suites() for check in suite.checks]

# Faults of the expectations that are SQL of their own; the others follow from their arguments.
PLANTED = {
    "GX-L05": "update lake.fund_statement set period_type = 'year', period_code = '202401'",
    "GX-L11": "update lake.fund_statement set admdvs = null, admdvs_name = null",
    "GX-L12": "update lake.fund_statement set given_account_code = null, account_name = null",
    "GX-L22": "update lake.intake_file set quarantined_count = received_count + 1",
    "GX-L23": "update lake.intake_file set status_code = 'rejected', first_reason = null",
    "GX-L32": "update lake.quarantine_row set content_hash = 'unknown'",
    "GX-F02": "delete from fund_balance.fct_statement_line where record_no = 1",
    "GX-F52": "update fund_balance.fct_reconciliation set unexplained_yuan = unexplained_yuan + 0.01",
    "GX-F23": "delete from fund_balance.fct_fund_balance",
    "GX-F26": "update fund_balance.fct_fund_balance set period_start_date = date '2999-01-01'",
    "GX-F27": "update fund_balance.fct_fund_balance set areas_expected_count = 1, areas_reported_count = 2",
    "GX-F28": "update fund_balance.fct_fund_balance set is_actual = true, area_code = 'x', period_code = '2024'",
    "GX-W15": "update deficit_warning.fct_warning_level set fund_code = '310200'",
    "GX-Q11": "update data_quality.fct_intake_batch set received_rows = received_rows + 1",
}


@pytest.fixture(scope="module")
def clean(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's working file with every checked relation as a plain table."""
    path = tmp_path_factory.mktemp("gx") / "warehouse.duckdb"
    relations = sorted({suite.relation for suite in read_suites()})
    with duckdb.connect(str(path)) as con:
        (kept,) = (demo_home / "work").glob("kept_*.duckdb")
        con.execute(f"attach '{kept}' as source (read_only)")
        for relation in relations:
            con.execute(f"create schema if not exists {relation.split('.')[0]}")
            con.execute(f"create table {relation} as select * from source.{relation}")
    return path


def verdicts(warehouse: Path, suites: list[Suite]) -> dict[str, dict[str, Any]]:
    from expectations import runner

    return {row["check_id"]: row for row in runner.check_warehouse(warehouse, None, suites)}


def fault(suite: Suite, check: Check) -> str:
    """SQL that breaks one expectation in a warehouse of plain tables."""
    given, relation = check.arguments, suite.relation
    match check.expectation:
        case "ExpectColumnValuesToNotBeNull":
            return f"update {relation} set {given['column']} = null"
        case "ExpectColumnValuesToBeInSet":
            return f"update {relation} set {given['column']} = 'unheard of'"
        case "ExpectColumnValuesToBeBetween":
            return f"update {relation} set {given['column']} = {given['min_value']} - 1"
        case "ExpectCompoundColumnsToBeUnique":
            return f"insert into {relation} select * from {relation} limit 1"
        case "ExpectTableColumnsToMatchSet":
            return f"alter table {relation} rename column {given['column_set'][-1]} to renamed"
        case "ExpectTableRowCountToBeBetween":
            return f"delete from {relation}"
        case _:
            return PLANTED[check.check_id]


def test_the_warehouse_as_it_is_breaks_nothing(clean: Path) -> None:
    found = verdicts(clean, read_suites())
    assert {key: row["status"] for key, row in found.items() if row["status"] in {"fail", "warn"}} == {}
    assert sum(row["status"] == "pass" for row in found.values()) > 30


@pytest.mark.parametrize(("suite", "check"), CASES, ids=[check.check_id for _, check in CASES])
def test_a_planted_fault_is_found(clean: Path, tmp_path: Path, suite: Suite, check: Check) -> None:
    planted = tmp_path / "warehouse.duckdb"
    shutil.copy(clean, planted)
    with duckdb.connect(str(planted)) as con:
        rows = con.execute(f"select count(*) from {suite.relation}").fetchone()
        if rows == (0,):
            pytest.fail(f"the demonstration has no row in {suite.relation}: nothing to plant a fault in")
        con.execute(fault(suite, check))
    row = verdicts(planted, [suite])[check.check_id]
    assert row["status"] == ("fail" if check.kind == "integrity" else "warn")
    assert row["violated_count"] > 0
    assert row["sample_keys"] is None
