"""Business feeds beside statements, hand-worked: accounts, reconciliation by cause, and every check with fault and twin.

One build holds all cases, each in an area of its own.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.pipeline.feed_rows import Feeds
from tests.python.pipeline.model_harness import Lines, Warehouse, build

pytestmark = pytest.mark.pipeline

SPLIT, RESIDENT, YEARLY, QUARTERLY = "150100", "150200", "150300", "150400"
BAD, CLEAN, PROVINCE = "150500", "150600", "159900"
MONTHS = [f"2024{month:02d}" for month in range(1, 13)]


def split_area(lines: Lines, feeds: Feeds) -> None:
    """Two months of statements with every cause of a difference, then a month of business feeds alone."""
    for person in ("A1", "A2"):
        feeds.person(person)
        feeds.spell(person, SPLIT, "310", "2020-01-01")
        for month in ("202401", "202402", "202403"):
            feeds.employee(person, SPLIT, month)
    for month in ("202401", "202402", "202403"):
        feeds.credit(SPLIT, month, 200)
    feeds.credit(SPLIT, "202402", 15, kind="102")
    feeds.claim("A1", SPLIT, "2024-01-10", 1000)
    feeds.claim(
        "A2",
        SPLIT,
        "2024-01-11",
        550,
        hifp_pay=500,
        cvlserv_pay=50,
        psn_pay=137.5,
        acct_pay=30,
        cash_payamt=107.5,
    )
    feeds.claim("A1", SPLIT, "2024-01-12", 200, pay_loc="1")
    feeds.claim("A1", SPLIT, "2024-02-10", 400)
    feeds.claim("A1", SPLIT, "2024-03-10", 60)
    feeds.payment(SPLIT, "202401", {"310100": 200}, source="101")
    feeds.payment(SPLIT, "202401", {"310100": 300}, source="207")
    feeds.clearing(
        SPLIT,
        "202401",
        "202402",
        1550,
        payable=1600,
        deduction=20,
        deposit=30,
        account=30,
        side={"320100": 50},
    )
    feeds.payment(SPLIT, "202402", {"310100": 25}, source="203")
    feeds.payment(SPLIT, "202402", {"310100": -100}, source="207")
    feeds.clearing(SPLIT, "202402", "202403", 400)
    lines.add(SPLIT, "310100", "202401", {"上年结余": 5000, "保费收入": 700, "待遇支出": 500})
    lines.add(SPLIT, "310100", "202402", {"保费收入": 700, "待遇支出": 1432})
    lines.add(SPLIT, "310200", "202401", {"上年结余": 900, "保费收入": 200, "待遇支出": 0})
    lines.add(SPLIT, "310200", "202402", {"保费收入": 200, "利息收入": 15, "待遇支出": 30})


def resident_area(lines: Lines, feeds: Feeds) -> None:
    """Premiums for the next year in the fourth quarter; no payments were delivered."""
    feeds.person("R1")
    feeds.spell("R1", RESIDENT, "390", "2020-01-01")
    for number, month in enumerate(("202410", "202411", "202412")):
        feeds.resident("R1", RESIDENT, month, 2025, amount=100 * (number + 1), rsdt_clct_detl_id=f"R{month}")
        feeds.claim("R1", RESIDENT, f"{month[:4]}-{month[4:]}-05", 40, insutype="390")
        lines.add(
            RESIDENT, "390100", month, {"保费收入": 100 * (number + 1), "财政补贴收入": 50, "待遇支出": 45}
        )
    feeds.subsidy(RESIDENT, 2024, 150, 150, "2024-11-20", heads=1, standard=150)
    lines.add(
        RESIDENT, "390100", "2024", {"上年结余": 800, "保费收入": 1600, "待遇支出": 1200}, statement="final"
    )


def yearly_area(lines: Lines, feeds: Feeds) -> None:
    """Yearly finals and monthly business feeds without personal accounts."""
    feeds.person("Y1")
    feeds.spell("Y1", YEARLY, "310", "2020-01-01")
    for month in [*MONTHS, "202501"]:
        feeds.employee("Y1", YEARLY, month)
        feeds.claim("Y1", YEARLY, f"{month[:4]}-{month[4:]}-07", 100)
    lines.add(
        YEARLY, "310000", "2023", {"上年结余": 900, "保费收入": 500, "待遇支出": 400}, statement="final"
    )
    lines.add(
        YEARLY,
        "310000",
        "2024",
        {"上年结余": 1000, "保费收入": 5400, "利息收入": 20, "待遇支出": 1200},
        statement="final",
    )


def quarterly_area(lines: Lines, feeds: Feeds) -> None:
    """A quarter that was handed in, and its months from the business feeds."""
    feeds.person("Q1")
    feeds.spell("Q1", QUARTERLY, "310", "2020-01-01")
    for month in MONTHS[:6]:
        feeds.employee("Q1", QUARTERLY, month)
        feeds.claim("Q1", QUARTERLY, f"{month[:4]}-{month[4:]}-07", 100)
    lines.add(QUARTERLY, "310000", "2024Q1", {"上年结余": 1000, "保费收入": 1360, "待遇支出": 290})


def checked_area(lines: Lines, feeds: Feeds, area: str, bad: bool) -> None:
    """The same events twice; in the bad area each of them breaks one rule."""
    first, second, retired, dead, gap = (f"{area}-{name}" for name in ("1", "2", "3", "4", "5"))
    for person in (first, second, retired, gap):
        feeds.person(person)
    feeds.person(dead, surv_stas="2", die_date=dt.date(2024, 3, 10))
    feeds.spell(first, area, "310", "2020-01-01")
    feeds.spell(second, area, "390", "2020-01-01")
    feeds.spell(retired, area, "310", "2010-01-01", psn_type="1201", insutype_retr_flag="1",
                retr_trt_begn_date=dt.date(2023, 6, 1))  # fmt: skip
    feeds.spell(dead, area, "310", "2010-01-01")
    feeds.spell(gap, area, "310", "2024-01-01", paus_insu_date=dt.date(2024, 2, 29), psn_insu_stas="2")
    feeds.spell(gap, area, "310", "2024-05-01")
    # E01: residents' cover beside the employees', or begun within the grace.
    feeds.spell(second, area, "310", "2024-05-01" if bad else "2024-12-15", psn_insu_rlts_id=f"{area}-E01",
                paus_insu_date=dt.date(2024, 12, 31))  # fmt: skip
    for month in MONTHS:
        feeds.employee(first, area, month)
        feeds.claim(first, area, f"2024-{month[4:]}-03", 50)
    # I01 I02 I03 I04: a cent too much in one place.
    cent = 0.01 if bad else 0
    feeds.claim(first, area, "2024-02-04", 100, inscp_amt=125 + cent, setl_id=f"{area}-I01")
    feeds.claim(first, area, "2024-02-05", 100, hifp_pay=100 - cent, setl_id=f"{area}-I02")
    feeds.claim(
        first, area, "2024-02-06", 100, psn_pay=25 - cent, cash_payamt=25 - cent, setl_id=f"{area}-I03"
    )
    feeds.claim(first, area, "2024-02-07", 100, cash_payamt=25 - cent, setl_id=f"{area}-I04")
    # The family's account may stand inside or beside the person's part.
    feeds.claim(
        first, area, "2024-02-08", 100, cash_payamt=20, acct_mulaid_pay=5, setl_id=f"{area}-I04-family"
    )
    feeds.claim(
        first, area, "2024-02-09", 100, crt_dedc=10, act_pay_dedc=11 if bad else 10, setl_id=f"{area}-I09"
    )
    # I06 I12 D14: a cent between settlement and lines, a line that does not add up, a line of no settlement. What was
    # settled by hand, and what is not settled yet, is not compared.
    feeds.claim(first, area, "2024-02-11", 100, setl_id=f"{area}-I06")
    feeds.bill(f"{area}-I06", area, "2024-01-31", [100, 25 + cent])
    feeds.claim(first, area, "2024-02-12", 100, setl_id=f"{area}-I12-claim")
    feeds.bill(
        f"{area}-I12-claim", area, "2024-02-12", [120, 5], bkkp_sn=f"{area}-I12", det_item_fee_sumamt=5 + cent
    )
    feeds.bill(f"{area}-I12-claim", area, "2024-02-12", [-cent], bkkp_sn=f"{area}-I12-z", inscp_amt=0)
    feeds.bill(f"{area}-D14" if bad else f"{area}-I06", area, "2024-02-11", [0])
    feeds.bill(None, area, "2024-02-11", [7])
    feeds.claim(first, area, "2024-02-13", 100, pay_loc="1", setl_id=f"{area}-I06-hand")
    feeds.bill(f"{area}-I06-hand", area, "2024-02-13", [1])
    feeds.claim(first, area, "2024-02-14", 100, setl_type="3", setl_id=f"{area}-I06-supplement")
    feeds.bill(f"{area}-I06-supplement", area, "2024-02-14", [2])
    # M08: the civil servants' subsidy pays on the employees' own settlement only.
    feeds.claim(second, area, "2024-02-10", 100, insutype="390", setl_id=f"{area}-M08",
                **({"hifp_pay": 90, "cvlserv_pay": 10} if bad else {}))  # fmt: skip
    feeds.claim(
        first, area, "2024-03-04", 100, enddate=dt.date(2024, 3, 5 if bad else 4), setl_id=f"{area}-D10"
    )
    # I11: the reversal of a settlement, in another month; of the bad one a part is left.
    original = feeds.claim(first, area, "2024-03-06", 100, refd_setl_flag="1", setl_id=f"{area}-original")
    left = 1 if bad else 0
    feeds.claim(first, area, "2024-04-06", -100, refd_setl_flag="1", init_setl_id=original, setl_id=f"{area}-I11",
                hifp_pay=-100 + left, hifes_pay=-left)  # fmt: skip
    feeds.claim(first, area, "2024-04-07", -20 if bad else 20, setl_id=f"{area}-D11")
    feeds.claim(first, area, "2024-04-08", 100, med_type="zz" if bad else "14", setl_id=f"{area}-D08")
    feeds.claim("nobody" if bad else first, area, "2024-04-09", 0, setl_id=f"{area}-D09-person")
    feeds.claim(
        first, area, "2024-04-10", 100, fixmedins_code="H9" if bad else "H1", setl_id=f"{area}-D09-place"
    )
    # Settled after death is legitimate, cared for after death is not.
    feeds.claim(dead, area, "2024-03-20" if bad else "2024-03-09", 100, setl_id=f"{area}-E09",
                setl_time=dt.datetime(2024, 4, 2))  # fmt: skip
    # March and April are in the gap of two spells; a late contribution restores April.
    feeds.claim(gap, area, "2024-03-15" if bad else "2024-02-15", 100, setl_id=f"{area}-C08")
    feeds.claim(gap, area, "2024-04-15", 100, setl_id=f"{area}-C08-late")
    feeds.employee(gap, area, "202404", paid_month="202406")
    feeds.employee(retired, area, "202305" if not bad else "202405", psn_clct_detl_id=f"{area}-C09")
    feeds.employee(first, area, "202401", psn_clct_detl_id=f"{area}-C11", clct_sumamt=450 + cent)
    feeds.employee(first, area, "202401", psn_clct_detl_id=f"{area}-C04", emp_clct_amt=350 + 5 * cent,
                   clct_sumamt=450 + 5 * cent)  # fmt: skip
    # Two months at once are twice the base by the rate; a fixed amount has no rate.
    feeds.employee(first, area, "202402", psn_clct_detl_id=f"{area}-C04-two", accrym_end="202403", emp_clct_amt=700,
                   psn_clct_amt=200, clct_sumamt=900)  # fmt: skip
    feeds.employee(
        first, area, "202402", psn_clct_detl_id=f"{area}-C04-fixed", quot_clct_flag="1", emp_clct_paraval=9
    )
    # D12: ten rows of thousandths against ten of the usual size.
    for number in range(10):
        feeds.claim(first, area, f"2024-07-{number + 10}", 60)
        feeds.claim(first, area, f"2024-08-{number + 10}", 600_000 if bad else 600)
    feeds.claim(first, area, "2031-01-01" if bad else "2024-09-01", 10, setl_id=f"{area}-D13")
    feeds.subsidy(area, 2024, 6700, 6700, "2024-06-01", heads=10 if not bad else 9, level="中央")
    feeds.subsidy(area, 2024, 1340, 1300 if bad else 1340, "2024-06-01", heads=2, level="自治区")
    # M11 M12: a statement that the feeds do not explain, and money that is not where the balance is.
    spent = sum(row["hifp_pay"] for row in feeds.rows["setl_d"]
                if row["insu_admdvs"] == area and row["event_month"] == "202401")  # fmt: skip
    feeds.payment(area, "202401", {"310100": spent}, source="101")
    lines.add(
        area, "310100", "202401", {"上年结余": 1000, "保费收入": 450, "待遇支出": spent + (9 if bad else 0)}
    )
    feeds.credit(area, "202401", sum(
        row["clct_sumamt"] for row in feeds.rows["staf_psn_clct_detl_d"]
        if row["insu_admdvs"] == area and row["event_month"] == "202401") - 450)  # fmt: skip
    closing = 1450 - spent - (9 if bad else 0)
    feeds.asset(area, "202401", "310100", closing - 100, income_account=130 if bad else 120, payables=20)
    # D07: a row that could not be used, of more or less than a thousandth of the month's money.
    feeds.quarantined[("setl_d", "202405", area)] = (1, 20.0 if bad else 0.01)
    # What was delivered again with as many rows is settled.
    feeds.quarantined[("setl_d", "202406", area)] = (1, 20.0)
    feeds.delivered_again.add(("setl_d", "202406", area))
    # So is what came again under the same name, however many rows of the month came; not under another name.
    for month, file in (("202407", "setl_d.csv"), *([("202408", "setl_d_other.csv")] if bad else [])):
        cell = ("setl_d", month, area)
        feeds.quarantined[cell], feeds.quarantined_in[cell] = (999, 9_990_000.0), file
        feeds.delivered_again.add(cell)


def province(lines: Lines, feeds: Feeds) -> None:
    """Large-claim premiums by the rule of the province's own office: 140 yuan a head and year."""
    for year, due in ((2023, 140), (2024, 139)):
        feeds.person(f"L{year}")
        feeds.employee(f"L{year}", PROVINCE, f"{year}01", insutype="330", accrym_end=f"{year}12", quot_clct_flag="1",
                       emp_clct_amt=due - 40, psn_clct_amt=40, clct_sumamt=due, psn_clct_detl_id=f"L{year}")  # fmt: skip
    for year, spent in (("2023", 1100), ("2024", 1101)):
        lines.add(PROVINCE, "330100", year, {"上年结余": 1000, "保费收入": 100, "待遇支出": spent})


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    lines, feeds = Lines(), Feeds()
    feeds.institution("H1", SPLIT)
    split_area(lines, feeds)
    resident_area(lines, feeds)
    yearly_area(lines, feeds)
    quarterly_area(lines, feeds)
    checked_area(lines, feeds, BAD, bad=True)
    checked_area(lines, feeds, CLEAN, bad=False)
    province(lines, feeds)
    built = build(tmp_path_factory.mktemp("feeds"), lines, feeds=feeds)
    assert built.is_success, built.failures
    return built


def split_of(warehouse: Warehouse, area: str, fund: str, period: str, line: str) -> dict[str, Any]:
    (row,) = warehouse.rows(
        "select * from fund_balance.fct_reconciliation "
        "where area_code = ? and fund_code = ? and period_code = ? and line_code = ?",
        [area, fund, period, line],
    )
    return row


CAUSES = ("unpaid", "deduction", "deposit", "case_group", "prepayment", "other_payment", "unexplained")


@pytest.mark.parametrize(
    ("fund", "period", "business", "statement", "causes"),
    [
        # nothing of January's clearing is paid yet, a person was paid directly, the hospitals got money in advance
        ("310100", "202401", 1700, 500, {"unpaid": -1500, "prepayment": 300}),
        # 1,550 were asked for, 50 of them by the civil servants' fund; 1,600 were payable
        ("310100", "202402", 400, 1432, {
            "unpaid": 1100, "deduction": -20, "deposit": -5, "case_group": 50, "prepayment": -100, "unexplained": 7}),
        ("310200", "202401", 30, 0, {"unpaid": -30}),
        ("310200", "202402", 0, 30, {"unpaid": 30}),
        ("310000", "202401", 1730, 500, {"unpaid": -1530, "prepayment": 300}),
    ],
)  # fmt: skip
def test_difference_is_split_by_cause(
    warehouse: Warehouse, fund: str, period: str, business: int, statement: int, causes: dict[str, int]
) -> None:
    row = split_of(warehouse, SPLIT, fund, period, "benefit_expenditure")
    assert (row["business_yuan"], row["statement_yuan"], row["is_split"]) == (business, statement, True)
    assert {cause: row[f"{cause}_yuan"] for cause in CAUSES if row[f"{cause}_yuan"] != 0} == causes
    assert row["difference_yuan"] == sum(row[f"{cause}_yuan"] for cause in CAUSES)


def test_income_lines_reconcile(warehouse: Warehouse) -> None:
    for fund, period, line, amount in (
        ("310100", "202401", "premium_income", 700),
        ("310200", "202402", "premium_income", 200),
        ("310200", "202402", "interest_income", 15),
        ("310000", "202402", "premium_income", 900),
    ):
        row = split_of(warehouse, SPLIT, fund, period, line)
        assert (row["business_yuan"], row["statement_yuan"], row["unexplained_yuan"]) == (amount, amount, 0)
    subsidy = split_of(warehouse, RESIDENT, "390100", "202411", "fiscal_subsidy_income")
    assert (subsidy["business_yuan"], subsidy["difference_yuan"]) == (150, -100)


def test_without_payments_the_difference_is_not_split(warehouse: Warehouse) -> None:
    row = split_of(warehouse, RESIDENT, "390100", "202410", "benefit_expenditure")
    assert (row["difference_yuan"], row["unexplained_yuan"], row["is_split"]) == (5, 5, False)
    quarter = split_of(warehouse, RESIDENT, "390100", "2024Q4", "benefit_expenditure")
    assert (quarter["business_yuan"], quarter["statement_yuan"], quarter["unexplained_yuan"]) == (
        120,
        135,
        15,
    )
    (judged,) = warehouse.rows(
        "select sample_keys from data_quality.fct_check_result where check_id = 'M11' and area_code = ? "
        "and fund_code = '390100' and period_code = '202410'",
        [RESIDENT],
    )
    assert judged["sample_keys"] == "fiscal_subsidy_income"


def test_region_row_is_the_sum_of_the_areas_that_have_both_sides(warehouse: Warehouse) -> None:
    region = split_of(warehouse, "150000", "310100", "202401", "benefit_expenditure")
    parts = [
        split_of(warehouse, area, "310100", "202401", "benefit_expenditure") for area in (SPLIT, BAD, CLEAN)
    ]
    assert region["statement_yuan"] == sum(part["statement_yuan"] for part in parts)
    assert region["unexplained_yuan"] == 9
    assert (region["areas_reported_count"], region["areas_expected_count"]) == (3, 13)


def test_a_month_without_a_statement_stands_on_the_business_feeds(warehouse: Warehouse) -> None:
    march = warehouse.balance(SPLIT, "310100", "202403")
    assert march["origin_code"] == "business"
    assert (march["income_yuan"], march["expenditure_yuan"]) == (700, 400)
    # opens with what February's statement comes to, which is no restatement
    assert (march["opening_basis"], march["opening_yuan"], march["closing_yuan"]) == (
        "prior_closing",
        4468,
        4768,
    )
    account = warehouse.balance(SPLIT, "310200", "202403")
    assert (account["income_yuan"], account["expenditure_yuan"]) == (200, 0)
    assert warehouse.balance(SPLIT, "310000", "202403")["origin_code"] == "business"
    assert warehouse.balance(SPLIT, "310100", "202402")["origin_code"] == "statement"
    quarter = warehouse.balance(SPLIT, "310100", "2024Q1")
    assert (quarter["origin_code"], quarter["income_yuan"], quarter["expenditure_yuan"]) == (
        "mixed",
        2100,
        2332,
    )
    arrival = warehouse.rows(
        "select period_code, arrival_code from data_quality.fct_arrival "
        "where area_code = ? and fund_code = '310100' and period_type = 'month' order by period_code",
        [SPLIT],
    )
    assert [row["arrival_code"] for row in arrival][:3] == ["reported", "reported", "business"]


def test_finals_open_the_business_months_and_stay_the_balance(warehouse: Warehouse) -> None:
    january = warehouse.balance(YEARLY, "310000", "202401")
    assert (january["opening_yuan"], january["origin_code"], january["is_actual"]) == (1000, "business", True)
    december = warehouse.balance(YEARLY, "310000", "202412")
    assert december["closing_yuan"] == 1000 + 12 * 350
    final = warehouse.balance(YEARLY, "310000", "2024", "final")
    assert (final["is_actual"], final["closing_yuan"], final["final_audit_yuan"]) == (True, 5220, None)
    built = warehouse.balance(YEARLY, "310000", "2024")
    assert (built["is_actual"], built["origin_code"], built["closing_yuan"]) == (False, "business", 5200)
    # the statement's closing is carried on, not the one that the feeds came to
    assert warehouse.balance(YEARLY, "310000", "202501")["opening_yuan"] == 5220
    year = split_of(warehouse, YEARLY, "310000", "2024", "premium_income")
    assert (year["business_yuan"], year["statement_yuan"]) == (5400, 5400)


def test_business_months_do_not_displace_a_quarter_that_was_handed_in(warehouse: Warehouse) -> None:
    quarter = warehouse.balance(QUARTERLY, "310000", "2024Q1")
    assert (quarter["origin_code"], quarter["income_yuan"], quarter["closing_yuan"]) == (
        "statement",
        1360,
        2070,
    )
    assert warehouse.balance(QUARTERLY, "310000", "202401")["opening_yuan"] is None
    assert warehouse.balance(QUARTERLY, "310000", "202404")["opening_yuan"] == 2070
    second = warehouse.balance(QUARTERLY, "310000", "2024Q2")
    assert (second["origin_code"], second["closing_yuan"]) == ("business", 2070 + 3 * 350)
    row = split_of(warehouse, QUARTERLY, "310000", "2024Q1", "benefit_expenditure")
    assert (row["business_yuan"], row["statement_yuan"]) == (300, 290)


def test_residents_reserve_with_and_without_prepaid(warehouse: Warehouse) -> None:
    prepaid = {
        month: warehouse.balance(RESIDENT, "390100", month)["prepaid_next_year_yuan"]
        for month in ("202410", "202411", "202412")
    }
    assert prepaid == {"202410": 100, "202411": 300, "202412": 600}
    year = warehouse.balance(RESIDENT, "390100", "2024", "final")
    assert (year["reserve_months"], year["reserve_months_without_prepaid"]) == (Decimal(12), Decimal(6))
    assert warehouse.balance(SPLIT, "310100", "202401")["prepaid_next_year_yuan"] is None


PLANTED = {
    "I01", "I02", "I03", "I04", "I06", "I09", "I11", "I12", "M08", "M11", "M12", "D07", "D08", "D09", "D10", "D11", "D12",
    "D13", "D14", "C04", "C08", "C09", "C11", "E01", "E09", "S01", "S03",
}  # fmt: skip


def caught(warehouse: Warehouse, area: str) -> dict[str, int]:
    rows = warehouse.rows(
        "select check_id, sum(violated_count) as violated_count from data_quality.fct_check_result "
        "where area_code = ? and denominator_count > 0 group by check_id",
        [area],
    )
    return {row["check_id"]: int(row["violated_count"]) for row in rows}


def test_the_caught_set_is_the_planted_set(warehouse: Warehouse) -> None:
    found = caught(warehouse, BAD)
    # the month that jumps by 10⁴ does so in the account that is built from it, too
    assert {check for check, count in found.items() if count} == PLANTED | {"D02"}


def test_each_fault_is_caught_where_it_is(warehouse: Warehouse) -> None:
    single = {
        "I01",
        "I02",
        "I03",
        "I04",
        "I06",
        "I09",
        "I11",
        "I12",
        "M08",
        "D10",
        "D11",
        "C04",
        "C08",
        "C09",
        "C11",
        "E09",
    }
    rows = warehouse.rows(
        "select check_id, violated_count, sample_keys from data_quality.fct_check_result "
        "where area_code = ? and violated_count > 0",
        [BAD],
    )
    keys = {row["check_id"]: (row["violated_count"], row["sample_keys"]) for row in rows}
    assert {check: keys[check] for check in single} == {check: (1, f"{BAD}-{check}") for check in single}


def test_the_clean_twin_is_judged_and_passes(warehouse: Warehouse) -> None:
    found = caught(warehouse, CLEAN)
    assert {check for check, count in found.items() if count} == set()
    assert set(found) >= PLANTED


def test_large_claim_fund(warehouse: Warehouse) -> None:
    rows = warehouse.rows(
        "select period_code, violated_count, sample_keys from data_quality.fct_check_result "
        "where check_id = 'B03' and area_code = ? order by period_code",
        [PROVINCE],
    )
    assert [(row["period_code"], row["violated_count"]) for row in rows] == [("2023", 0), ("2024", 2)]
    assert "L2024" in rows[1]["sample_keys"]


def test_what_holds_and_what_does_not(warehouse: Warehouse) -> None:
    held = warehouse.rows("select distinct check_id from data_quality.fct_hold where area_code = ?", [BAD])
    assert {row["check_id"] for row in held} == {
        "I01", "I02", "I03", "I04", "I06", "I11", "I12", "D02", "D07", "D10", "D11", "D12", "C04", "C11", "M12",
    }  # fmt: skip
    assert warehouse.rows("select 1 from data_quality.fct_hold where area_code = ?", [CLEAN]) == []
    assert warehouse.balance(BAD, "310100", "202401")["is_held"]
    assert not warehouse.balance(CLEAN, "310100", "202401")["is_held"]


def test_what_came_again_under_its_name_holds_no_more(warehouse: Warehouse) -> None:
    rows = warehouse.rows(
        "select distinct period_code from data_quality.fct_hold where check_id = 'D07' and area_code = ?",
        [BAD],
    )
    assert {row["period_code"] for row in rows} == {"202405", "202408"}
    recorded = warehouse.rows(
        "select period_code, settled_code, count(*) as rows_count from data_quality.fct_quarantine "
        "where admdvs = ? group by period_code, settled_code",
        [BAD],
    )
    assert {row["period_code"]: (row["settled_code"], row["rows_count"]) for row in recorded} == {
        "202405": (None, 1),
        "202406": ("delivered_again", 1),
        "202407": ("delivered_again", 999),
        "202408": (None, 999),
    }


@pytest.fixture(scope="module")
def checked(warehouse: Warehouse) -> Iterator[tuple[str, Path]]:
    (path,) = (warehouse.path.parent / "target" / "compiled").rglob("int_check__feed.sql")
    yield path.read_text(encoding="utf-8"), warehouse.path


@pytest.mark.parametrize(
    ("check_id", "damage"),
    [
        ("M09", "update lake.feed_control set loaded_count = loaded_count - 1 where feed_code = 'acct_inc_detl_d'"),
        ("M09", "update lake.feed_control set received_yuan = received_yuan + 0.01 where feed_code = 'setl_d'"),
        ("M10", "delete from core.agg_claim_check_month where area_code = '150600' and event_month = '202403'"),
        ("M10", "update core.agg_contribution_month set total_yuan = total_yuan + 0.01 where area_code = '150600'"),
        ("M10", "update core.agg_settlement_month set fund_pay_yuan = fund_pay_yuan + 0.01 where area_code = '150600'"),
        ("M10", "update core.agg_account_month set row_count = row_count + 1 where area_code = '150100'"),
        ("M10", "update core.agg_fee_line_check_month set denominator_count = denominator_count - 1 "
                "where area_code = '150600' and check_id = '#lines' and event_month = '202402'"),
        ("M10", "delete from core.agg_fee_line_check_month"),
        ("M10", "update core.agg_payment_month set paid_yuan = paid_yuan * 2 where area_code = '150100'"),
        ("M10", "update fund_balance.fct_reconciliation set business_yuan = business_yuan + 0.01 "
                "where area_code = '150100' and line_code = 'benefit_expenditure' and period_type = 'month'"),
    ],
)  # fmt: skip
def test_a_row_lost_between_lake_and_mart_is_seen(
    checked: tuple[str, Path], tmp_path: Path, check_id: str, damage: str
) -> None:
    sql, path = checked
    copy = tmp_path / "warehouse.duckdb"
    shutil.copy(path, copy)
    with duckdb.connect(str(copy)) as con:
        count = f"select coalesce(sum(violated_count), 0), count(*) from ({sql}) where check_id = ?"
        clean = con.execute(count, [check_id]).fetchone()
        con.execute(damage)
        broken = con.execute(count, [check_id]).fetchone()
    assert clean is not None and clean[0] == 0 and clean[1] > 0
    assert broken is not None and broken[0] > 0
