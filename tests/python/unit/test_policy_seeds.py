"""The policy seeds: every value agrees with its own quoted words, lies in its range and leaves no undeclared gap."""

from __future__ import annotations

import csv
import itertools
import re
from decimal import Decimal
from pathlib import Path

import pytest

SEEDS = Path(__file__).resolve().parents[3] / "seeds"
TEN_THOUSAND = Decimal(10_000)

# What the two documents say, clause by clause: (clause, parameter, value before, value after).
PINNED = [
    ("1.1.1", "unit_contribution_rate", "0.06", "0.07"),
    ("1.1.2", "account_credit_uplift_ratio", None, "0.002"),
    ("1.1.3", "pooled_cap_yuan", "25000", "35000"),
    ("1.2.1", "large_premium_yuan", "100", "140"),
    ("1.2.1", "large_premium_unit_yuan", None, "100"),
    ("1.2.1", "large_premium_person_yuan", None, "40"),
    ("1.2.2", "large_cap_yuan", None, "100000"),
    ("1.2.3(1)", "large_ratio", None, "0.95"),
    ("1.2.3(1)", "large_referred_ratio", None, "0.85"),
    ("1.2.3(2)", "large_partial_ratio", None, "0.80"),
    ("1.2.3(2)", "large_partial_referred_ratio", None, "0.70"),
    ("1.4.1", "privileged_outpatient_deductible_yuan", None, "400"),
    ("1.4.1", "privileged_outpatient_ratio", None, "0.95"),
    ("1.4.1", "privileged_outpatient_cap_yuan", None, "3000"),
    ("1.4.2", "civil_servant_cap_yuan", None, "65000"),
]


def read(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PARAMETERS = read("policy/policy_parameter.csv")
BRACKETS = read("policy/policy_bracket.csv")
RULES = {row["parameter_code"]: row for row in read("policy/policy_rule.csv")}


def figures(quote: str) -> set[Decimal]:
    """The amounts and shares that a quotation prints: 3.5万元 → 35000, 7％ → 0.07."""
    found = set()
    for number, unit in re.findall(r"(\d+(?:\.\d+)?)(万|％|%)?", quote):
        factor = {"万": TEN_THOUSAND, "％": Decimal("0.01"), "%": Decimal("0.01")}.get(unit, Decimal(1))
        found.add(Decimal(number) * factor)
    return found


@pytest.mark.parametrize(
    "row",
    PARAMETERS + BRACKETS,
    ids=lambda row: f"{row['parameter_code']}-{row['area_code']}-{row['valid_from']}",
)
def test_value_stands_in_its_own_quotation(row: dict[str, str]) -> None:
    if row["unit"] == "flag" or row["parameter_code"] == "provincial_cadre_ratio":
        assert row["quote"]
    else:
        assert Decimal(row["value"]) in figures(row["quote"]), row


@pytest.mark.parametrize(("clause", "code", "before", "after"), PINNED)
def test_pinned_to_the_notice_of_2007(clause: str, code: str, before: str | None, after: str) -> None:
    rows = [row for row in PARAMETERS if row["parameter_code"] == code and row["doc_no"] == "NMG-2007"]
    assert {row["clause"] for row in rows} == {clause}
    assert {row["area_code"] for row in rows} == {"159900"}, "the notice binds 自治区本级 only"
    values = [Decimal(row["value"]) for row in sorted(rows, key=lambda row: row["valid_from"])]
    assert values == [Decimal(value) for value in (before, after) if value is not None]


@pytest.mark.parametrize("area", ["159900", "150000"])
def test_premium_parts_add_up(area: str) -> None:
    now = {
        row["parameter_code"]: Decimal(row["value"])
        for row in PARAMETERS
        if not row["valid_to"] and row["area_code"] == area
    }
    assert now["large_premium_yuan"] == now["large_premium_unit_yuan"] + now["large_premium_person_yuan"]


def test_what_the_documents_do_not_state_is_sample_and_never_shown_as_theirs() -> None:
    for row in PARAMETERS + BRACKETS:
        assert (row["basis"] == "sample") == (row["doc_no"] == "SAMPLE"), row
        if row["basis"] == "sample":
            assert row["quote"].startswith("样例") and "不出自任何政策文件" in row["note"], row


def test_subsidy_shares_add_up_to_one() -> None:
    shares = [
        Decimal(row["value"])
        for row in PARAMETERS
        if row["parameter_code"].startswith("subsidy_") and not row["valid_to"]
    ]
    assert len(shares) == 4 and sum(shares) == 1


def test_brackets_leave_no_gap_and_no_choice() -> None:
    """The ranges of cost of one key join up from zero to open, and one row of the widest kind answers each question."""
    series: dict[tuple[str, ...], list[dict[str, str]]] = {}
    dimensions = ("person_group_code", "hospital_level_code", "place_code")
    kinds: dict[tuple[str, str], set[tuple[bool, ...]]] = {}
    for row in BRACKETS:
        key = (row["parameter_code"], row["area_code"], row["population_code"], row["valid_from"])
        series.setdefault((*key, *(row[name] for name in dimensions)), []).append(row)
        kinds.setdefault(key[:2], set()).add(tuple(row[name] != "all" for name in dimensions))
        assert not row["valid_to"] or row["valid_from"] < row["valid_to"]
    for key, rows in series.items():
        rows.sort(key=lambda row: Decimal(row["lower_yuan"] or 0))
        assert Decimal(rows[0]["lower_yuan"] or 0) == 0 and rows[-1]["upper_yuan"] == "", key
        for lower, upper in itertools.pairwise(rows):
            assert lower["upper_yuan"] == upper["lower_yuan"], key
    assert all(len(found) == 1 for found in kinds.values()), (
        "one parameter names the same dimensions in all its rows"
    )


def test_values_lie_in_their_range_and_unit() -> None:
    for row in PARAMETERS + BRACKETS:
        rule = RULES[row["parameter_code"]]
        assert row["unit"] == rule["unit"] and row["scheme_code"] == rule["scheme_code"], row
        assert Decimal(rule["minimum_value"]) <= Decimal(row["value"]) <= Decimal(rule["maximum_value"]), row


def test_ranges_have_no_undeclared_gap() -> None:
    series: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for row in PARAMETERS:
        series.setdefault((row["parameter_code"], row["area_code"], row["population_code"]), []).append(row)
    for key, rows in series.items():
        rows.sort(key=lambda row: row["valid_from"])
        for earlier, later in itertools.pairwise(rows):
            assert earlier["valid_to"] == later["valid_from"], key
        assert rows[-1]["valid_to"] == "", key


def test_draft_is_marked_and_every_document_is_known() -> None:
    documents = {row["doc_no"]: row for row in read("reference/document.csv")}
    assert documents["AR-POOL-DRAFT"]["doc_status"] == "draft"
    for row in PARAMETERS:
        assert row["doc_no"] in documents
        assert row["basis"] in {"stated", "assumed", "sample"}
        if documents[row["doc_no"]]["doc_status"] == "draft":
            assert "征求意见稿" in row["note"]


def test_what_has_no_rule_names_the_documents_that_have_none() -> None:
    texts = [row["name_zh"] for row in read("reference/benefit_text.csv")]
    told = [text for text in texts if "都没有" in text]
    assert len(told) == 3
    assert all("自治区本级职工医保通知和自治区级统筹征求意见稿" in text for text in told)
    shown = [
        path
        for folder in ("seeds", "dashboards", "shouzhi", "macros")
        for path in (SEEDS.parent / folder).rglob("*.*")
    ]
    said = [
        path.name
        for path in shown
        if path.suffix in {".csv", ".py", ".sql", ".yml", ".yaml"}
        and "两份文件" in path.read_text(encoding="utf-8")
    ]
    assert said == []
