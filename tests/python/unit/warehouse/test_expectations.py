"""The adapter and the runner: a pass, a failure, a SQL error; counts; nothing that leaves the machine."""

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.counts import violated_sql
from expectations.suites import Check, Suite, parsed_suite, read_suites

OUTSIDE = re.compile(r"(?:src=|url\(|@import|<link[^>]*href=)\s*[\"']?https?://", re.IGNORECASE)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema s")
        con.execute("create table s.t as select cast(range as integer) as i, 'a' as k from range(10)")
        con.execute("create table s.empty as select * from s.t where false")
    return path


def suite(relation: str, *checks: tuple[str, str, dict[str, Any]], kind: str = "integrity") -> Suite:
    return Suite(relation, (relation,), tuple(Check(i, i, kind, e, a, i) for i, e, a in checks))


def results(warehouse: Path, *suites: Suite, docs: Path | None = None) -> dict[str, dict[str, Any]]:
    from expectations import runner

    return {row["check_id"]: row for row in runner.check_warehouse(warehouse, docs, list(suites))}


def test_one_pass_one_fail_one_sql_error_do_not_disturb_each_other(warehouse: Path) -> None:
    found = results(
        warehouse,
        suite(
            "s.t",
            (
                "A",
                "UnexpectedRowsExpectation",
                {"unexpected_rows_query": "select * from {batch} where nope = 1"},
            ),
            ("B", "ExpectColumnValuesToBeBetween", {"column": "i", "max_value": 3}),
            ("C", "ExpectColumnValuesToNotBeNull", {"column": "i"}),
        ),
        suite(
            "s.empty", ("D", "ExpectTableColumnsToMatchSet", {"column_set": ["i", "k"], "exact_match": True})
        ),
        suite("s.gone", ("E", "ExpectTableRowCountToBeBetween", {"min_value": 0})),
    )
    assert {key: row["status"] for key, row in found.items()} == {
        "A": "fail", "B": "fail", "C": "pass", "D": "pass", "E": "fail",
    }  # fmt: skip
    assert "nope" in found["A"]["sample_keys"]
    assert (found["B"]["violated_count"], found["B"]["denominator_count"]) == (6, 10)
    assert (found["C"]["violated_count"], found["C"]["sample_keys"]) == (0, None)


def test_an_empty_relation_is_no_data_and_a_lead_only_warns(warehouse: Path) -> None:
    found = results(
        warehouse,
        suite("s.empty", ("A", "ExpectColumnValuesToNotBeNull", {"column": "i"})),
        suite("s.t", ("B", "ExpectColumnValuesToBeBetween", {"column": "i", "max_value": 3}), kind="lead"),
    )
    assert (found["A"]["status"], found["B"]["status"]) == ("na_no_data", "warn")


@pytest.mark.parametrize(
    ("expectation", "arguments", "violated"),
    [
        ("ExpectColumnValuesToNotBeNull", {"column": "i"}, 0),
        ("ExpectColumnValuesToBeInSet", {"column": "i", "value_set": [1, 2]}, 8),
        ("ExpectColumnValuesToBeInSet", {"column": "k", "value_set": ["it's"]}, 10),
        ("ExpectColumnValuesToBeBetween", {"column": "i", "min_value": 2, "strict_min": True}, 3),
        ("ExpectCompoundColumnsToBeUnique", {"column_list": ["k", "k"]}, 10),
        ("UnexpectedRowsExpectation", {"unexpected_rows_query": "select i from {batch} where i > 5"}, 4),
    ],
)
def test_our_counts(warehouse: Path, expectation: str, arguments: dict[str, Any], violated: int) -> None:
    one = suite("s.t", ("A", expectation, arguments))
    sql = violated_sql(one, one.checks[0])
    assert sql is not None
    with duckdb.connect(str(warehouse), read_only=True) as con:
        assert con.execute(sql).fetchone() == (violated,)
    assert (results(warehouse, one)["A"]["status"] == "fail") == (violated > 0)


def test_data_docs_ask_for_nothing_outside(warehouse: Path, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    results(warehouse, suite("s.t", ("A", "ExpectColumnValuesToNotBeNull", {"column": "i"})), docs=docs)
    pages = [path for path in docs.rglob("*") if path.suffix in {".html", ".css"}]
    assert len(pages) >= 3
    for page in pages:
        assert not OUTSIDE.search(page.read_text(encoding="utf-8")), page
    assert "数据检验报告" in (docs / "index.html").read_text(encoding="utf-8")


def test_the_shipped_suites_are_well_formed() -> None:
    suites = read_suites()
    assert {one.schema for one in suites} >= {"lake", "fund_balance", "deficit_warning", "data_quality"}
    assert all(check.check_id.startswith("GX-") for one in suites for check in one.checks)
    import great_expectations.expectations as gxe

    for one in suites:
        for check in one.checks:
            getattr(gxe, check.expectation)(**check.arguments)


@pytest.mark.parametrize(
    "entry",
    [{"check_id": "GX-1", "name": "x"}, {"check_id": "a", "name": "b", "expectation": "c", "extra": 1}],
)
def test_a_malformed_check_is_refused(entry: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"s\.t"):
        parsed_suite({"relation": "s.t", "checks": [entry]})
