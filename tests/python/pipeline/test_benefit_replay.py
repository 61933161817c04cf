"""The replay in SQL against the calculator in Python: the hand-worked cases, random years and planted deviations."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal
from pathlib import Path

import pytest

from shouzhi.synthetic import calculator
from shouzhi.synthetic.calculator import Benefit, Line, Settlement
from shouzhi.synthetic.policy_book import read_policy
from tests.python.pipeline.benefit_harness import built_benefits, can_be_told, expected, found
from tests.python.pipeline.benefit_random import random_settlements
from tests.python.pipeline.model_harness import Warehouse
from tests.python.unit import test_policy_cases as cases

SELECT = [
    "+benefits__fct_benefit_month", "+benefits__fct_benefit_difference", "+int_benefits__settlement_step",
    "+int_benefits__person_year", "+int_check__benefit",
]  # fmt: skip
PAID = {
    "pooled": "hifp_pay", "large": "hifob_pay", "civil_servant": "cvlserv_pay", "critical": "hifmi_pay",
    "assistance": "maf_pay",
}  # fmt: skip


def case_settlements(book: str) -> list[Settlement]:
    """All settlements of the hand-worked cases that a feed can tell; ids carry the case."""
    made: list[Settlement] = []
    for case, rows in cases.ALL_CASES.items():
        given = [cases.pairs(row["fields"]) for row in rows]
        if rows[0]["what"] != "settle" or given[0].get("book", "sample") != book:
            continue
        items = [cases.settlement(case, number, fields) for number, fields in enumerate(given)]
        names = {item.setl_id: f"{case}#{item.setl_id}" for item in items}
        made += [
            dataclasses.replace(
                item, setl_id=names[item.setl_id], original_id=names.get(item.original_id or "", item.original_id)
            )
            for item in items
        ]  # fmt: skip
    assert all(can_be_told(item) for item in made if item.original_id is None)
    return made


def worked_out(settlements: list[Settlement], *, sample: bool) -> dict[str, Benefit]:
    benefits = calculator.calculate(settlements, read_policy(sample=sample))
    return {benefit.settlement.setl_id: benefit for benefit in benefits}


def paid_right(benefits: dict[str, Benefit]) -> dict[str, dict[str, Decimal]]:
    """The columns of setl_d as the calculator pays them."""
    return {
        name: {column: getattr(benefit.amounts, part) for part, column in PAID.items()}
        | {"act_pay_dedc": benefit.amounts.deductible}
        for name, benefit in benefits.items()
    }


# Paid instead of what is right: settlement, column, and the cause that the replay has to name.
DEVIATIONS = {
    "DEV-1": ("hifp_pay", Decimal("10.00"), "ratio"),
    "DEV-2": ("hifob_pay", Decimal("5.00"), "not_covered"),
    "DEV-3": ("cvlserv_pay", Decimal("7.00"), "population"),
    "DEV-4": ("hifp_pay", Decimal("70000.00"), "ratio"),
    "DEV-5": ("hifp_pay", Decimal("3.00"), "ratio"),
}


def deviating() -> list[Settlement]:
    sample = random_settlements(1, 1)[0]
    return [
        dataclasses.replace(
            sample, setl_id=name, person=name, area_code="150100", scheme="employee", kind="inpatient",
            place="unreferred" if name == "DEV-5" else "local",
            group="in_service", hospital_level="3", original_id=None, year=2024, is_civil_servant=False,
            is_privileged=False, is_provincial_cadre=False, is_assisted=False,
            setl_time=sample.setl_time.replace(year=2024), end_date=sample.end_date.replace(year=2024),
            composition=calculator.Composition(plain=Decimal("8000.00")),
        )
        for name in DEVIATIONS
    ]  # fmt: skip


@pytest.fixture(scope="module")
def settlements() -> list[Settlement]:
    return case_settlements("sample") + random_settlements(20240601, 400) + deviating()


@pytest.fixture(scope="module")
def benefits(settlements: list[Settlement]) -> dict[str, Benefit]:
    return worked_out(settlements, sample=True)


@pytest.fixture(scope="module")
def warehouse(
    settlements: list[Settlement], benefits: dict[str, Benefit], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    paid = paid_right(benefits)
    for name, (column, more, _) in DEVIATIONS.items():
        paid[name][column] += more
    made = built_benefits(tmp_path_factory.mktemp("benefits"), settlements, paid=paid, select=SELECT)
    assert made.is_success, made.failures
    return made


def test_every_settlement_equals_the_calculator(warehouse: Warehouse, benefits: dict[str, Benefit]) -> None:
    replayed = found(warehouse)
    assert {name: replayed.get(name) for name in benefits} == {
        name: expected(benefit) for name, benefit in benefits.items()
    }
    statuses = [benefit.status for benefit in benefits.values()]
    assert min(statuses.count(status) for status in ("replayed", "not_replayable", "outside_rules")) > 100
    # Every layer is met, and every way of working a year out.
    for part in ("moved", "large", "civil_servant", "privileged", "critical", "assistance", "off_fund"):
        assert any(getattr(benefit.amounts, part) > 0 for benefit in benefits.values()), part
    tiers = warehouse.rows("select distinct tier_code from intermediate.int_benefits__year_event")
    assert {row["tier_code"] for row in tiers} == {"plain", "limited", "stepwise", "unknown"}


def test_without_sample_parameters_nothing_is_guessed(tmp_path: Path) -> None:
    settlements = case_settlements("real") + random_settlements(7, 60)
    # The sample's own code of cadres says nothing on a real home.
    cadres = {item.person for item in settlements if item.is_provincial_cadre}
    settlements = [item for item in settlements if item.person not in cadres]
    benefits = worked_out(settlements, sample=False)
    made = built_benefits(tmp_path, settlements, sample=False)
    assert made.is_success, made.failures
    replayed = found(made)
    wrong = {
        name: (replayed[name], expected(benefit))
        for name, benefit in benefits.items()
        if name in replayed and replayed[name] != expected(benefit)
    }
    assert wrong == {}


def test_planted_deviations_are_found_and_nothing_else(warehouse: Warehouse) -> None:
    rows = warehouse.rows(
        "select settlement_id, difference_yuan, cause_code from intermediate.int_benefits__replay where difference_yuan <> 0"
    )
    assert {(row["settlement_id"], row["difference_yuan"], row["cause_code"]) for row in rows} == {
        (name, more, cause) for name, (_, more, cause) in DEVIATIONS.items()
    }
    [summed] = warehouse.rows(
        "select sum(difference_count) as n, sum(difference_yuan) as yuan from benefits.fct_benefit_month"
    )
    assert (summed["n"], summed["yuan"]) == (5, Decimal("70025.00"))
    [listed] = warehouse.rows("select sum(settlement_count) as n from benefits.fct_benefit_difference")
    assert listed["n"] == 5


@pytest.mark.parametrize(
    ("check_id", "violated", "yuan"),
    [("R01", 5, Decimal("70025.00")), ("R02", 1, None), ("R03", 1, Decimal("3.00"))],
)
def test_checks_catch_the_planted_faults_and_no_clean_row(
    warehouse: Warehouse, check_id: str, violated: int, yuan: Decimal | None
) -> None:
    [row] = warehouse.rows(
        "select sum(violated_count) as violated, sum(denominator_count) as judged, sum(evidence_yuan) as yuan"
        " from intermediate.int_check__benefit where check_id = ?",
        [check_id],
    )
    assert row["violated"] == violated and row["judged"] > violated
    assert yuan is None or row["yuan"] == yuan


def written(line: Line) -> str:
    """A step of the calculator without its clauses."""
    return plain(line.text.split("（NMG")[0].split("（SAMPLE")[0])


def plain(text: object) -> str:
    """Numbers without idle zeros: the calculator writes a whole amount with or without cents."""
    return re.sub(r"[0-9]+(\.[0-9]+)?", lambda found: f"{Decimal(found[0]).normalize():f}", str(text))


def test_steps_are_the_calculators(warehouse: Warehouse, benefits: dict[str, Benefit]) -> None:
    """Shown line by line: the same words, numbers and parameters, for every settlement that was replayed."""
    steps: dict[str, list[dict[str, object]]] = {}
    for row in warehouse.rows(
        "select * from intermediate.int_benefits__settlement_step order by settlement_id, step_no"
    ):
        steps.setdefault(str(row["settlement_id"]), []).append(row)
    for name, benefit in benefits.items():
        if benefit.status != "replayed" or benefit.settlement.original_id:
            continue
        lines = [line for line in benefit.lines if line.step != "in_scope"]
        shown = [row for row in steps[name] if row["step_code"] != "in_scope"]
        assert [plain(row["step_text"]) for row in shown] == [written(line) for line in lines], name
        for row, line in zip(shown, lines, strict=True):
            if line.used and row["doc_no"]:
                assert row["clause"] in {used.clause for used in line.used}, (name, line)


def test_year_sums_what_the_settlements_say(warehouse: Warehouse) -> None:
    [row] = warehouse.rows(
        """
        select
            (select sum(expected_yuan) from intermediate.int_benefits__person_year) as years,
            (
                select sum(expected_yuan) from intermediate.int_benefits__replay where fund_code <> 'OFF130'
            ) as settlements,
            (select count(*) from intermediate.int_benefits__person_year where is_cap_reached) as full
        """
    )
    assert row["years"] == row["settlements"]
    assert row["full"] > 20
