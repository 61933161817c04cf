"""Each generic test is run on a planted mock and on its clean twin: it must find the first and pass the second."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import jinja2
import pytest

GENERIC = Path(__file__).resolve().parents[2] / "generic"

LINES = "select '{a}' as area_code, 'F' as fund_code, 'year' as period_type, '2024' as period_code, 'execution' as statement_code"
KEY = LINES.format(a="A")

CASES: dict[str, dict] = {
    "unique_grain": {
        "arguments": {"columns": ["a", "b"]},
        "clean": {"model": "select 1 as a, 'x' as b union all select 1, null"},
        "planted": {"model": "select 1 as a, null as b union all select 1, null"},
    },
    "matches_dimension": {
        "arguments": {"column": "a", "to": "dimension", "field": "a"},
        "clean": {"model": "select 1 as a union all select null", "dimension": "select 1 as a"},
        "planted": {"model": "select 2 as a", "dimension": "select 1 as a"},
    },
    "rolls_forward": {
        "arguments": {"opening": "o", "income": "i", "expenditure": "e", "closing": "c"},
        "clean": {"model": "select 1.00 as o, 5.00 as i, 2.00 as e, 4.00 as c union all select null, 5, 2, 4"},
        "planted": {"model": "select 1.00 as o, 5.00 as i, 2.00 as e, 4.01 as c"},
    },
    "adds_up": {
        "arguments": {"total_relation": "total"},
        "clean": {
            "model": f"{KEY}, 'addend' as account_role, 'income' as side, 3.00 as amount_yuan union all "
            f"{KEY}, 'addend', 'expenditure', 2.00 union all {KEY}, 'of_which', 'income', 1.00",
            "total": f"{KEY}, 3.00 as income_yuan, 2.00 as expenditure_yuan",
        },
        "planted": {
            "model": f"{KEY}, 'addend' as account_role, 'income' as side, 3.00 as amount_yuan union all "
            f"{KEY}, 'addend', 'expenditure', 2.00 union all {KEY}, 'addend', 'income', 0.01",
            "total": f"{KEY}, 3.00 as income_yuan, 2.00 as expenditure_yuan",
        },
    },
    "splits_exactly": {
        "arguments": {"total": "t", "parts": ["a", "b"]},
        "clean": {"model": "select 3.00 as t, 1.00 as a, 2.00 as b union all select null, null, 2.00"},
        "planted": {"model": "select 3.00 as t, 1.00 as a, 2.01 as b"},
    },
    "conserved": {
        "arguments": {"column": "amount", "to": "there", "to_column": "amount", "key": "k"},
        "clean": {
            "model": "select 1 as k, 2.00 as amount union all select 1, 3.00",
            "there": "select 1 as k, 4.00 as amount union all select 1, 1.00",
        },
        "planted": {"model": "select 1 as k, 5.00 as amount", "there": "select 1 as k, 5.00 as amount union all select 2, 0.00"},
    },
    "transfers_match": {
        "arguments": {"group_by": "scheme", "given_yuan": "given", "received_yuan": "received"},
        "clean": {"model": "select 'e' as scheme, 5.00 as given, 0.00 as received union all select 'e', null, 5.00"},
        "planted": {"model": "select 'e' as scheme, 5.00 as given, 4.99 as received union all select 'r', 4.99, 5.00"},
    },
    "no_overlap": {
        "arguments": {"key": ["k"], "valid_from": "f", "valid_to": "t"},
        "clean": {"model": "select 1 as k, date '2001-07-01' as f, date '2007-01-01' as t union all select 1, date '2007-01-01', null"},
        "planted": {"model": "select 1 as k, date '2001-07-01' as f, date '2007-01-02' as t union all select 1, date '2007-01-01', null"},
    },
    "no_integrity_violation": {
        "arguments": {},
        "clean": {"model": "select 'M01' as check_id, 'A' as area_code, 'F' as fund_code, '2024' as period_code, "
                  "'integrity' as kind, 0 as violated_count, null as sample_keys union all "
                  "select 'M02', 'A', 'F', '2024', 'statement', 3, null"},
        "planted": {"model": "select 'M01' as check_id, 'A' as area_code, 'F' as fund_code, '2024' as period_code, "
                    "'integrity' as kind, 1 as violated_count, null as sample_keys"},
    },
}  # fmt: skip


def render(name: str, arguments: dict) -> str:
    """The SQL of a generic test over a table called `model`."""
    text = (GENERIC / f"{name}.sql").read_text(encoding="utf-8")
    text = re.sub(r"\{%\s*test (\w+)\(", r"{% macro \1(", text)
    text = re.sub(r"\{%\s*endtest\s*%\}", "{% endmacro %}", text)
    module = jinja2.Environment(autoescape=False).from_string(text).module
    return getattr(module, name)("model", **arguments)


def failures(name: str, tables: dict[str, str]) -> int:
    con = duckdb.connect()
    for table, sql in tables.items():
        con.execute(f"create table {table} as {sql}")
    return len(con.execute(render(name, CASES[name]["arguments"])).fetchall())


@pytest.mark.parametrize("name", sorted(CASES))
def test_planted_mock_fails(name: str) -> None:
    assert failures(name, CASES[name]["planted"]) > 0


@pytest.mark.parametrize("name", sorted(CASES))
def test_clean_twin_passes(name: str) -> None:
    assert failures(name, CASES[name]["clean"]) == 0


def test_every_generic_test_has_a_selftest() -> None:
    assert {path.stem for path in GENERIC.glob("*.sql")} == set(CASES)
