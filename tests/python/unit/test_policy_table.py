"""docs/政策对照表.md: every name in it exists, every rule of the two documents has its row, 待建 means not yet built."""

from __future__ import annotations

import ast
import csv
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
COLUMNS = ["文件", "条款", "规定", "参数", "样例参数", "模型", "检验", "页面", "测试", "算例"]

# The clauses of the two documents that rule on contributions or benefits.
RULES = [
    ("NMG-2007", clause)
    for clause in (
        "1.1.1", "1.1.2", "1.1.3", "1.1.4", "1.1.5", "1.2.1", "1.2.2", "1.2.3(1)", "1.2.3(2)", "1.3", "1.4.1",
        "1.4.2", "2.1", "2.2", "3.2",
    )
] + [("AR-POOL-DRAFT", clause) for clause in ("2.1", "2.2", "2.3")]  # fmt: skip

# What the table announces and nobody has built yet. Whoever builds one takes it out here and there.
PENDING_MODELS = {
    "benefits.fct_benefit_replay", "benefits.fct_benefit_year",
    "oversight.fct_wage_verification", "oversight.fct_finding", "oversight.fct_quota_use",
    "oversight.fct_employer_check",
}  # fmt: skip


def read(path: str) -> list[dict[str, str]]:
    with (ROOT / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table() -> list[dict[str, str]]:
    lines = (ROOT / "docs" / "政策对照表.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    assert cells[0] == COLUMNS
    return [dict(zip(COLUMNS, row, strict=True)) for row in cells[2:]]


TABLE = table()
SEEDS = read("seeds/policy/policy_parameter.csv") + read("seeds/policy/policy_bracket.csv")
CASES = read("tests/fixtures/policy/cases.csv")


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def rule_of(row: dict[str, str]) -> tuple[str, str]:
    return names(row["文件"])[0], row["条款"]


@cache
def relations() -> frozenset[str]:
    """What the models make: schema.relation."""
    found = set()
    for path in (ROOT / "models").rglob("*.sql"):
        layer, stem = path.relative_to(ROOT / "models").parts[0], path.stem
        if layer == "marts":
            found.add(stem.replace("__", ".", 1))
        elif layer == "core":
            found.add(f"core.{stem}")
    return frozenset(found)


@pytest.fixture(params=TABLE, ids=lambda row: f"{names(row['文件'])[0]}-{row['条款']}")
def row(request: pytest.FixtureRequest) -> dict[str, str]:
    return request.param


def test_every_rule_has_its_row_and_no_row_has_two() -> None:
    assert [rule_of(row) for row in TABLE] == RULES


def test_every_cell_says_something(row: dict[str, str]) -> None:
    for column in COLUMNS:
        assert row[column] and (
            column in ("条款", "规定") or names(row[column]) or row[column] in ("—", "待建")
        ), column


def test_documents_exist_and_a_draft_says_so(row: dict[str, str]) -> None:
    documents = {item["doc_no"]: item for item in read("seeds/reference/document.csv")}
    found = documents[rule_of(row)[0]]
    assert ("征求意见稿" in row["文件"]) == (found["doc_status"] == "draft")


def test_parameters_are_those_that_cite_the_clause(row: dict[str, str]) -> None:
    citing = {item["parameter_code"] for item in SEEDS if (item["doc_no"], item["clause"]) == rule_of(row)}
    assert set(names(row["参数"])) == citing


def test_the_other_parameters_rest_on_something_else(row: dict[str, str]) -> None:
    rules = {item["parameter_code"] for item in read("seeds/policy/policy_rule.csv")}
    for code in names(row["样例参数"]):
        assert code in rules, code
        sources = {(item["doc_no"], item["clause"]) for item in SEEDS if item["parameter_code"] == code}
        assert sources and rule_of(row) not in sources, code


def test_every_parameter_is_in_the_table() -> None:
    listed = {code for row in TABLE for column in ("参数", "样例参数") for code in names(row[column])}
    assert {item["parameter_code"] for item in read("seeds/policy/policy_rule.csv")} == listed


def test_models_exist_or_are_said_to_be_missing(row: dict[str, str]) -> None:
    for name, mark in re.findall(r"`([^`]+)`(（待建）)?", row["模型"]):
        if mark:
            assert name in PENDING_MODELS, f"{name} is marked 待建 but the test does not know it"
            assert name not in relations(), f"{name} exists: take 待建 away"
        else:
            assert name in relations(), name


def test_the_table_marks_all_that_is_pending() -> None:
    marked = {name for row in TABLE for name in re.findall(r"`([^`]+)`（待建）", row["模型"])}
    assert marked == PENDING_MODELS


def test_checks_are_registered_and_those_of_the_clause_are_named(row: dict[str, str]) -> None:
    registry = {item["check_id"]: item for item in read("seeds/quality/check_registry.csv")}
    named = set(names(row["检验"]))
    assert named <= set(registry)
    assert {
        code for code, item in registry.items() if (item["doc_no"], item["clause"]) == rule_of(row)
    } <= named


def test_pages_are_in_the_navigation(row: dict[str, str]) -> None:
    navigation = set(
        re.findall(r'url_path="([^"]+)"', (ROOT / "dashboards" / "app.py").read_text(encoding="utf-8"))
    )
    assert {name.removeprefix("/") for name in names(row["页面"])} <= navigation


def test_tests_exist(row: dict[str, str]) -> None:
    for name in names(row["测试"]):
        path, function = name.split("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, name


def test_cases_are_of_the_clause(row: dict[str, str]) -> None:
    clause = " ".join(rule_of(row))
    for name in names(row["算例"]):
        cited = {part for item in CASES if item["case"] == name for part in item["clause"].split("；")}
        assert cited, name
        assert clause in cited, (name, cited)
