"""Checks of the contribution replay: the planted fault is caught with its amount, the clean twin is not; ageing; by month."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.python.pipeline.contribution_harness import employee, replayed
from tests.python.pipeline.model_harness import Warehouse

pytestmark = pytest.mark.pipeline

BAD, CLEAN, LATE = "150100", "150200", "150300"
MONTHS = ["202401", "202402", "202403"]


def clean(key: str, area: str, month: str, **more: Any) -> dict[str, Any]:
    """5,000 yuan at 6 % and 2 %, 2 % into the account, as the sample's policy has it."""
    given = {
        "emp_clct_amt": "300.00", "psn_clct_amt": "100.00", "psn_clct_into_acct_amt": "100.00",
        "emp_clct_paraval": "0.06", "psn_clct_paraval": "0.02",
    }  # fmt: skip
    return dict(employee(key, area, month, "5000.00", **(given | more)))


def area_rows(area: str, bad: bool) -> dict[str, list[dict[str, Any]]]:
    """The same persons in both areas; in the bad one each of them breaks one rule."""
    staff = [clean(f"{area}-{number}-{month}", area, month) for month in MONTHS for number in range(3)]
    # C03: the wage of 4,000 lies below the floor of 4,481
    base = "4000.00" if bad else "4481.00"
    amounts = ("240.00", "80.00", "80.00") if bad else ("268.86", "89.62", "89.62")
    staff.append(
        clean(f"{area}-C03", area, "202401", base=base, wag="4000.00", emp_clct_amt=amounts[0],
              psn_clct_amt=amounts[1], psn_clct_into_acct_amt=amounts[2])
    )  # fmt: skip
    # C12: one employer takes another rate; C13: nearly everybody in April
    rate, amount = ("0.05", "250.00") if bad else ("0.06", "300.00")
    staff.append(clean(f"{area}-C12", area, "202402", emp_clct_paraval=rate, emp_clct_amt=amount))
    staff += [clean(f"{area}-C13-{number}", area, "202404", emp_clct_paraval=rate, emp_clct_amt=amount)
              for number in range(4)]  # fmt: skip
    staff += [clean(f"{area}-C13-right-{number}", area, "202404") for number in range(2)]
    # C14: credited by one point too little
    staff.append(clean(f"{area}-C14", area, "202403", psn_clct_into_acct_amt="50.00" if bad else "100.00"))
    # C17: the large-claim premium of a year, and a resident's; half a year is half the premium
    staff.append(
        clean(f"{area}-C17", area, "202401", insutype="330", quot_clct_flag="1", accrym_end="202412",
              emp_clct_amt="100.00" if not bad else "90.00", psn_clct_amt="40.00", psn_clct_into_acct_amt="0.00")
    )  # fmt: skip
    staff.append(
        clean(f"{area}-C17-half", area, "202407", insutype="330", quot_clct_flag="1", accrym_end="202412",
              emp_clct_amt="50.00", psn_clct_amt="20.00", psn_clct_into_acct_amt="0.00")
    )  # fmt: skip
    resident = {
        "rsdt_clct_detl_id": f"{area}-R", "insu_admdvs": area, "cashym": "202311", "accrym_begn": "202401",
        "accrym_end": "202412", "psn_clct_amt": "280.00" if not bad else "270.00", "oth_clct_amt": "120.00",
        "clct_sumamt": "1070.00" if not bad else "1060.00", "clct_time": "2023-11-15 09:00:00",
    }  # fmt: skip
    # what no rule measures: a refund, a lump sum at retirement, a write-off and its counter row
    staff.append(clean(f"{area}-refund", area, "202401", emp_clct_amt="-300.00", psn_clct_amt="0.00",
                       psn_clct_into_acct_amt="0.00", init_psn_clct_detl_id=f"{area}-0-202401"))  # fmt: skip
    staff.append(clean(f"{area}-lump", area, "202401", clct_type="33", emp_clct_amt="9999.00"))
    staff += [clean(f"{area}-off{sign}", area, "202401", revs_flag=sign) for sign in ("+", "-")]
    # C15: retired at 55, paying on in the clean area; a woman of 52 may be of either age and is not judged
    early, woman = f"{area}-early", f"{area}-woman"
    spells = [
        {"psn_insu_rlts_id": f"L{name}", "psn_no": name, "insu_admdvs": area, "psn_type": "1201",
         "insutype_retr_flag": "1", "retr_trt_begn_date": "2024-01-01", "crt_insu_date": "2010-01-01"}
        for name in (early, woman)
    ]  # fmt: skip
    # He is 60 on 15 March: March is the last month to pay.
    persons = [
        {"psn_no": early, "brdy": "1964-03-15"},
        {"psn_no": woman, "gend": "2", "brdy": "1972-01-01"},
    ]
    paying = MONTHS[:1] if bad else MONTHS
    staff += [clean(f"{early}-{month}", area, month, psn_no=early) for month in paying]
    # S02: 10 heads at 670 yuan; the bad area's prefecture owes too little and its county is missing from the year
    subsidies = [
        {"admdvs": area, "level": level, "heads": "10", "standard": "0", "due_amt": due, "arrived_amt": due,
         "arrived_date": "2024-06-10"}
        for level, due in (("中央", "5360.00"), ("自治区", "670.00"), ("盟市", "300.00" if bad else "335.00"),
                           ("旗县", "335.00"))
        if not (bad and level == "旗县")
    ]  # fmt: skip
    staff += [clean(f"{area}-december-{number}", area, "202412") for number in range(9)]
    # C16: what the accounts got in February; a retired person's credit has no part of the person
    credited = sum(Decimal(row["psn_clct_into_acct_amt"]) for row in staff if row["cashym"] == "202402")
    entries = [
        {"acct_inc_detl_id": f"{area}-A{number}", "insu_admdvs": area, "acct_modi_date": "2024-02-20",
         "inc_sumamt": str(amount), "acct_psn_clct_crtyear_inc": str(of_person), "emp_clct_into_acct_amt": str(amount - of_person)}
        for number, (amount, of_person) in enumerate(
            [(credited - (5 if bad else 0), credited - 10), (Decimal("80.00"), Decimal("0.00"))]
        )
    ]  # fmt: skip
    return {
        "staf_psn_clct_detl_d": staff, "rsdt_psn_clct_detl_d": [resident], "psn_insu_d": spells,
        "psn_info_b": persons, "fin_subsidy": subsidies, "acct_inc_detl_d": entries,
    }  # fmt: skip


def late_rows() -> list[dict[str, Any]]:
    """What has not arrived by March 2024, of three ages; and one month that arrived late."""
    rows = [
        clean(f"late-{month}", LATE, month, clct_flag="0", clct_time=None) for month in ("202212", "202312", "202401")
    ]  # fmt: skip
    rows.append(clean("late-paid", LATE, "202401", clct_time="2024-03-20 09:00:00"))
    return rows


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    rows: dict[str, list[dict[str, Any]]] = {}
    for area, bad in ((BAD, True), (CLEAN, False)):
        for feed, given in area_rows(area, bad).items():
            rows.setdefault(feed, []).extend(given)
    rows["staf_psn_clct_detl_d"] += late_rows()
    built = replayed(tmp_path_factory.mktemp("contribution_checks"), rows)
    assert built.is_success, built.failures
    return built


FAULTS = [
    # wage below the floor: 481 yuan of base, 28.86 at 6 % and 9.62 at 2 %
    ("C03", "202401", 1, "-38.48", "150100-C03"),
    ("C12", "202402", 1, "-50.00", "150100-C12"),
    ("C12", "202404", 4, "-200.00", "150100-C13-0 150100-C13-1 150100-C13-2 150100-C13-3"),
    ("C13", "202404", 1, None, "0.050000"),
    ("C14", "202403", 1, "-50.00", "150100-C14"),
    # at least: 4,481 x 6 % + 4,481 x 2 %
    ("C15", "202402", 1, "-358.48", "150100-early"),
    ("C15", "202403", 1, "-358.48", "150100-early"),
    ("C16", "202402", 1, "-5.00", "agg_account_month"),
    ("C17", "2024", 1, "-10.00", "150100-C17"),
    ("S02", "2024", 2, "-370.00", "county prefecture"),
]


def results(warehouse: Warehouse, check_id: str, area: str) -> list[dict[str, Any]]:
    return warehouse.rows(
        "select * from intermediate.int_check__contribution where check_id = ? and area_code = ?",
        [check_id, area],
    )


@pytest.mark.parametrize(("check_id", "period", "count", "yuan", "keys"), FAULTS)
def test_planted_fault_is_caught(
    warehouse: Warehouse, check_id: str, period: str, count: int, yuan: str | None, keys: str
) -> None:
    found = [row for row in results(warehouse, check_id, BAD)
             if row["period_code"] == period and row["violated_count"] > 0]  # fmt: skip
    expected = [None if yuan is None else Decimal(yuan)]
    if check_id == "C17":  # residents' and large-claim premiums are two funds
        assert {row["fund_code"]: row["evidence_yuan"] for row in found} == {
            "330100": Decimal("-10.00"), "390100": Decimal("-10.00"),
        }  # fmt: skip
        return
    assert [row["violated_count"] for row in found] == [count]
    assert [row["evidence_yuan"] for row in found] == expected
    assert found[0]["sample_keys"].split() == keys.split() or check_id == "S02"


def test_nothing_else_is_caught(warehouse: Warehouse) -> None:
    found = warehouse.rows(
        "select distinct check_id, period_code from intermediate.int_check__contribution "
        "where violated_count > 0 and area_code = ?",
        [BAD],
    )
    assert {(row["check_id"], row["period_code"]) for row in found} == {
        (check_id, period) for check_id, period, *_ in FAULTS
    }


@pytest.mark.parametrize("check_id", sorted({fault[0] for fault in FAULTS} | {"M10"}))
def test_clean_twin_passes(warehouse: Warehouse, check_id: str) -> None:
    found = results(warehouse, check_id, CLEAN)
    assert found and sum(row["denominator_count"] for row in found) > 0, "the clean twin was not judged"
    assert [row for row in found if row["violated_count"] > 0] == []


def test_m10_sees_a_row_that_the_replay_lost(warehouse: Warehouse) -> None:
    import duckdb

    path = next((warehouse.path.parent / "target" / "compiled").rglob("int_check__contribution.sql"))
    counts = f"select coalesce(sum(violated_count), 0) from ({path.read_text(encoding='utf-8')}) where check_id = 'M10'"
    with duckdb.connect(str(warehouse.path)) as con:
        con.execute("begin")
        assert con.execute(counts).fetchone() == (0,)
        con.execute(
            "delete from core.agg_contribution_due_month where area_code = ? and status_code = 'outside_rules'",
            [CLEAN],
        )
        found = con.execute(counts).fetchone()
        con.execute("rollback")
    assert found is not None and found[0] > 0


def test_what_no_rule_measures_stands_apart(warehouse: Warehouse) -> None:
    rows = warehouse.rows(
        "select reason_code, reason_zh, declared_yuan, expected_yuan from benefits.fct_contribution_replay "
        "where area_code = ? and period_code = '202401' and item_code = 'unit' and status_code = 'outside_rules'",
        [CLEAN],
    )
    assert {row["reason_code"]: row["declared_yuan"] for row in rows} == {
        "refund": Decimal("-300.00"), "other_kind": Decimal("9999.00"), "written_off": Decimal("600.00"),
    }  # fmt: skip
    assert all(row["expected_yuan"] is None and row["reason_zh"] for row in rows)


def test_difference_is_told_by_cause(warehouse: Warehouse) -> None:
    (row,) = warehouse.rows(
        "select * from benefits.fct_contribution_replay "
        "where area_code = ? and period_code = '202402' and item_code = 'unit' and status_code = 'replayed'",
        [BAD],
    )
    assert (row["difference_yuan"], row["rate_difference_yuan"], row["wrong_count"]) == (-50, -50, 1)
    assert (row["base_difference_yuan"], row["other_difference_yuan"]) == (0, 0)


def test_arrears_by_age(warehouse: Warehouse) -> None:
    """By December 2024: eleven, twelve and twenty-four months."""
    rows = warehouse.rows(
        "select * from benefits.fct_contribution_replay "
        "where area_code = ? and item_code = 'unit' and status_code = 'replayed'",
        [LATE],
    )
    found = {
        row["period_code"]: (row["arrears_short_yuan"], row["arrears_medium_yuan"], row["arrears_long_yuan"])
        for row in rows
    }
    assert found == {"202212": (0, 0, 300), "202312": (0, 0, 300), "202401": (0, 300, 0)}
    (january,) = [row for row in rows if row["period_code"] == "202401"]
    assert (january["declared_yuan"], january["collected_yuan"], january["arrears_yuan"]) == (600, 300, 300)


def test_early_retirees_stand_in_an_item_of_their_own(warehouse: Warehouse) -> None:
    rows = warehouse.rows(
        "select period_code, row_count, expected_yuan, doc_no from benefits.fct_contribution_replay "
        "where area_code = ? and item_code = 'early_retiree'",
        [BAD],
    )
    assert {row["period_code"]: (row["row_count"], row["expected_yuan"]) for row in rows} == {
        "202402": (1, Decimal("358.48")), "202403": (1, Decimal("358.48")),
    }  # fmt: skip
