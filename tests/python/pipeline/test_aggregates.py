"""Aggregates by area and month: every case has a county of its own, all of them are built at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.python.pipeline.feed_harness import built
from tests.python.pipeline.model_harness import Warehouse

pytestmark = pytest.mark.pipeline

MONEY = [
    "medfee_sumamt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_amt", "act_pay_dedc", "hifp_pay",
    "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "hifdm_pay", "maf_pay", "othfund_pay", "fund_pay_sumamt",
    "psn_pay", "acct_pay", "cash_payamt",
]  # fmt: skip


def settlement(number: str, county: str, at: str, **given: Any) -> dict[str, Any]:
    return {
        "setl_id": number,
        "insu_admdvs": county,
        "setl_time": f"{at} 10:00:00",
        "enddate": at,
        "begndate": at,
        **given,
    }


def reversed_row(original: dict[str, Any], number: str, at: str) -> dict[str, Any]:
    """The row that takes a settlement back: amounts negated, the original named, both flagged as refunded."""
    from tests.python.pipeline.feed_harness import DEFAULTS

    full = {**DEFAULTS["setl_d"], **original}
    negated = {name: str(-Decimal(full[name])) for name in MONEY}
    return {
        **original, **negated, "setl_id": number, "init_setl_id": original["setl_id"], "refd_setl_flag": "1",
        "setl_time": f"{at} 10:00:00",
    }  # fmt: skip


def months(county: str, *, start: str = "202401", end: str = "202406") -> list[dict[str, Any]]:
    """One settlement a month, so that the business months are these."""
    return [
        settlement(f"{county}-{month}", county, f"2024-{month:02d}-08")
        for month in range(int(start[4:]), int(end[4:]) + 1)
    ]


def spell(county: str, person: str, begin: str, end: str | None = None, **given: Any) -> dict[str, Any]:
    key = f"{county}-{person}-{begin}"
    return {
        "psn_insu_rlts_id": key, "psn_insu_detl_id": key, "psn_no": f"{county}-{person}", "insu_admdvs": county,
        "crt_insu_date": begin, "paus_insu_date": end, **given,
    }  # fmt: skip


def fee_line(key: str, number: str, **given: Any) -> dict[str, Any]:
    return {
        "bkkp_sn": key,
        "setl_id": number,
        "insu_admdvs": "150104",
        "fee_ocur_time": "2024-03-29 00:00:00",
        **given,
    }


def ended(row: dict[str, Any]) -> dict[str, Any]:
    return {"psn_insu_stas": "4", **row}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    resident = {"insutype": "390", "psn_type": "1501"}
    refunded = settlement("r-1", "150103", "2024-03-10", refd_setl_flag="1")
    inpatient = settlement(
        "i-1",
        "150104",
        "2024-04-02",
        med_type="2101",
        begndate="2024-03-28",
        enddate="2024-03-31",
        dedc_hosp_lv="03",
    )
    rows = {
        "setl_d": [
            *months("150105"),
            refunded,
            reversed_row(refunded, "r-2", "2024-05-02"),
            settlement("r-3", "150103", "2024-03-11"),
            settlement("r-4", "150103", "2024-03-12", vali_flag="0"),
            inpatient,
            # places: county of another pooling area, another province, by hand at the centre, not told
            settlement("p-1", "150121", "2024-04-02", fix_blng_admdvs="150202"),
            settlement("p-2", "150121", "2024-04-02", fix_blng_admdvs="110101", pay_loc="4"),
            settlement("p-3", "150121", "2024-04-02", fix_blng_admdvs="110101", pay_loc="1"),
            settlement("p-4", "150121", "2024-04-02", fix_blng_admdvs=""),
            settlement("p-5", "150121", "2024-04-02", fix_blng_admdvs="159901"),
            settlement("q-1", "150122", "2024-04-02", psn_type="1203"),
            settlement("q-2", "150122", "2024-04-02", insutype="390", psn_type="1501"),
            # kinds of care: own code before its two-digit group, unknown code
            *(
                settlement(f"k-{code}", "150123", "2024-04-02", med_type=code)
                for code in ("11", "110104", "140201", "9903", "9902", "41", "52", "2102", "88", "9999")
            ),
            settlement("u-1", "110105", "2024-04-02"),
        ],
        "fee_list_d": [
            # levels with and without a leading zero, a first self-payment of a 甲 item, all of it the person's own
            fee_line("l-1", "i-1", chrgitm_lv="1"),
            fee_line("l-2", "i-1", chrgitm_lv="02", selfpay_prop="0.1"),
            fee_line("l-3", "i-1", chrgitm_lv="01", selfpay_prop="0.05"),
            fee_line("l-4", "i-1", chrgitm_lv="03"),
            fee_line("l-5", "i-1", chrgitm_lv="01", selfpay_prop="1"),
            fee_line("l-6", "i-1", chrgitm_lv="04"),
            fee_line("l-7", "i-1", chrgitm_lv="01", init_feedetl_sn="l-1", pric="0.1234"),
            fee_line("l-8", "", chrgitm_lv="01", fulamt_ownpay_amt="", insu_admdvs=""),
            # dated after its settlement's month; under a settlement of another area; of none
            fee_line("l-9", "i-1", fee_ocur_time="2024-05-02 00:00:00"),
            fee_line("l-10", "i-1", insu_admdvs="150202"),
            fee_line("l-11", "nowhere"),
            fee_line("l-12", "i-1", insu_admdvs=""),
        ],
        "staf_psn_clct_detl_d": [
            {"psn_clct_detl_id": "c-1", "psn_no": "a", "insu_admdvs": "150124"},
            {"psn_clct_detl_id": "c-2", "psn_no": "a", "insu_admdvs": "150124"},
            {"psn_clct_detl_id": "c-3", "psn_no": "b", "insu_admdvs": "150124", "clct_type": "32"},
            {"psn_clct_detl_id": "c-4", "psn_no": "c", "insu_admdvs": "150124", "revs_flag": "+"},
            {"psn_clct_detl_id": "c-5", "psn_no": "c", "insu_admdvs": "150124", "clct_flag": "0", "clct_time": ""},
            {"psn_clct_detl_id": "c-6", "psn_no": "c", "insu_admdvs": "150124", "cashym": "202401", "clct_type": "30"},
        ],
        "rsdt_psn_clct_detl_d": [
            {"rsdt_clct_detl_id": "d-1", "insu_admdvs": "150125"},
            {"rsdt_clct_detl_id": "d-2", "insu_admdvs": "150125", "accrym_begn": "202401", "accrym_end": "202412"},
            {"rsdt_clct_detl_id": "d-3", "insu_admdvs": "150125", "clct_time": "2025-01-04 08:00:00"},
        ],
        "psn_insu_d": [
            # two spells in one month: the first ends on the 10th, the second begins on the 15th
            spell("150202", "two", "2024-03-15"),
            # retirement inside one spell
            spell("150203", "retires", "2010-01-01", psn_type="1201", insutype_retr_flag="1", retr_trt_begn_date="2024-04-01"),
            spell("150203", "retired", "2010-01-01", psn_type="1201", insutype_retr_flag="1"),
            # double enrolment from February to April (he gave up residents' cover on 30 April), and in two areas
            spell("150204", "both", "2024-02-10"),
            ended(spell("150204", "both", "2023-01-01", "2024-04-30", **resident)),
            spell("150205", "moves", "2024-05-20"),
            ended(spell("150302", "moves", "2020-01-01", "2024-06-10") | {"psn_no": "150205-moves"}),
            # statuses: paused resident counts, paused employee does not, invalid never
            spell("150206", "paused", "2020-01-01", psn_insu_stas="2", **resident),
            spell("150206", "paused2", "2020-01-01", psn_insu_stas="2"),
            spell("150206", "invalid", "2020-01-01", psn_insu_stas="3", **resident),
            # side insurance is cover of its own and no double enrolment
            spell("150207", "side", "2020-01-01"),
            spell("150207", "side", "2020-01-02", insutype="320"),
        ],
        "psn_insu_his_d": [
            spell("150202", "two", "2020-01-01", "2024-03-10"),
            # history that repeats the current spell
            spell("150207", "side", "2020-01-01", "2024-02-20"),
        ],
        "medins_clr_sum_d": [
            {"fee_clr_id": "f-1", "clr_optins": "150299"},
            {"fee_clr_id": "f-2", "clr_optins": "150299", "clr_ym": "202404"},
        ],
        "med_dfr_d": [
            {"dfr_id": "y-1", "souc_sn": "f-1"},
            {"dfr_id": "y-2", "dfr_souc": "207", "souc_sn": "", "fin_acen_time": "2024-05-11 00:00:00"},
        ],
        "med_dfr_detl_d": [
            {"dfr_detl_id": "z-1", "dfr_id": "y-1", "insu_admdvs": "150299"},
            {"dfr_detl_id": "z-2", "dfr_id": "y-2", "insu_admdvs": "150299", "insutype": "390"},
        ],
        "med_dfr_fund_sbit_d": [
            {"fund_sbit_seq": "q-1", "dfr_id": "y-1", "dfr_detl_id": "z-1", "fund_payamt": "50.00"},
            {"fund_sbit_seq": "q-2", "dfr_id": "y-1", "dfr_detl_id": "z-1", "fund_pay_type": "310201", "fund_payamt": "5.00"},
            {"fund_sbit_seq": "q-3", "dfr_id": "y-2", "dfr_detl_id": "z-2", "fund_pay_type": "390101", "fund_payamt": "70.00"},
            {"fund_sbit_seq": "q-4", "dfr_id": "y-2", "dfr_detl_id": "", "fund_pay_type": "777777", "fund_payamt": "1.00"},
        ],
        "acct_inc_detl_d": [
            {"acct_inc_detl_id": "a-1"},
            {"acct_inc_detl_id": "a-2", "acct_incexpd_type": "102", "inc_sumamt": "1.50"},
        ],
        "acct_pay_detl_d": [{"acct_pay_detl_id": "b-1"}],
    }  # fmt: skip
    made = built(tmp_path_factory.mktemp("aggregates"), rows)
    assert made.is_success, made.failures
    return made


def settled(warehouse: Warehouse, county: str, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
    found = warehouse.rows(
        f"select {columns} from core.agg_settlement_month where county_code = ? and {where} order by all",
        [county],
    )
    return [tuple(row.values()) for row in found]


def test_reversal_in_a_later_month_stays_in_its_own_month(warehouse: Warehouse) -> None:
    columns = "event_month, settlement_count, occurrence_count, fund_pay_yuan, occurrence_fund_pay_yuan"
    assert settled(warehouse, "150103", columns) == [
        ("202403", 2, 1, Decimal("120.00"), Decimal("60.00")),
        ("202405", -1, 0, Decimal("-60.00"), Decimal("0.00")),
    ]


def test_reversal_keeps_the_service_month_and_pairs_cancel(warehouse: Warehouse) -> None:
    assert settled(warehouse, "150103", "event_month, service_month") == [
        ("202403", "202403"),
        ("202405", "202403"),
    ]
    names = [
        name
        for name in warehouse.rows("select * from core.agg_settlement_month limit 1")[0]
        if name.endswith("_yuan")
    ]
    for name in [name for name in names if not name.startswith("occurrence_")]:
        total = settled(warehouse, "150103", f"sum({name})")
        one = settled(warehouse, "150105", f"sum({name})", "event_month = '202403'")
        assert total == one, name


def test_inpatient_days_and_service_month(warehouse: Warehouse) -> None:
    columns = "medical_kind_code, event_month, service_month, inpatient_day_count, occurrence_day_count, hospital_level_code"
    assert settled(warehouse, "150104", columns) == [("inpatient", "202404", "202403", 4, 4, "3")]


def test_places_of_care(warehouse: Warehouse) -> None:
    assert settled(warehouse, "150121", "place_code, is_manual, settlement_count") == [
        ("cross_province", False, 1),
        ("cross_province", True, 1),
        ("region", False, 2),
        ("unknown", False, 1),
    ]


def test_retired_by_person_type(warehouse: Warehouse) -> None:
    assert settled(warehouse, "150122", "insutype_code, retired_code") == [("310", "1"), ("390", "0")]


def test_kinds_of_care(warehouse: Warehouse) -> None:
    assert settled(warehouse, "150123", "medical_kind_code, settlement_count") == [
        ("chronic", 2),
        ("inpatient", 2),
        ("maternity", 1),
        ("outpatient", 2),
        ("pharmacy", 1),
        # codes that no list knows stand apart from the known rest
        ("unknown", 2),
    ]


def test_counties_belong_to_their_pooling_area_and_unknown_ones_are_their_own(warehouse: Warehouse) -> None:
    assert settled(warehouse, "150105", "distinct area_code") == [("150100",)]
    assert settled(warehouse, "110105", "area_code") == [("110105",)]


def contributed(warehouse: Warehouse, county: str, columns: str) -> list[tuple[Any, ...]]:
    found = warehouse.rows(
        f"select {columns} from core.agg_contribution_month where county_code = ? order by all", [county]
    )
    return [tuple(row.values()) for row in found]


def test_collected_is_kept_apart_from_due(warehouse: Warehouse) -> None:
    columns = (
        "event_month, due_month, is_collected, contribution_kind_code, row_count, head_count, total_yuan"
    )
    assert contributed(warehouse, "150124", columns) == [
        ("202403", "202401", True, "arrears", 1, 1, Decimal("400.00")),
        ("202403", "202403", False, "normal", 2, 1, Decimal("800.00")),
        ("202403", "202403", True, "lump_sum", 1, 1, Decimal("400.00")),
        ("202403", "202403", True, "normal", 2, 1, Decimal("800.00")),
    ]


def test_next_years_premiums_are_kept_apart(warehouse: Warehouse) -> None:
    columns = "event_month, accrual_begin_month, is_next_year, person_yuan, subsidy_yuan"
    assert contributed(warehouse, "150125", columns) == [
        ("202411", "202401", False, Decimal("400.00"), Decimal("670.00")),
        ("202411", "202501", True, Decimal("400.00"), Decimal("670.00")),
        ("202501", "202501", False, Decimal("400.00"), Decimal("670.00")),
    ]


def insured(
    warehouse: Warehouse, county: str, count: str = "insured_count"
) -> dict[tuple[str, str], list[int]]:
    """Counts by insurance type and group, for the months 202401 to 202406."""
    found = warehouse.rows(
        f"select insutype_code, person_group_code, month_code, {count} as n from core.agg_enrolment_month"
        " where county_code = ?",
        [county],
    )
    months_wanted = [f"2024{month:02d}" for month in range(1, 7)]
    table: dict[tuple[str, str], list[int]] = {}
    for row in found:
        cell = table.setdefault((row["insutype_code"], row["person_group_code"]), [0] * 6)
        if row["month_code"] in months_wanted:
            cell[months_wanted.index(row["month_code"])] = row["n"]
    return table


def test_two_spells_in_one_month_are_one_person(warehouse: Warehouse) -> None:
    assert insured(warehouse, "150202") == {("310", "in_service"): [1, 1, 1, 1, 1, 1]}


def test_retirement_moves_the_person(warehouse: Warehouse) -> None:
    assert insured(warehouse, "150203") == {
        ("310", "in_service"): [1, 1, 1, 0, 0, 0],
        ("310", "retired"): [1, 1, 1, 2, 2, 2],
    }


def test_double_enrolment_in_two_schemes(warehouse: Warehouse) -> None:
    assert insured(warehouse, "150204") == {
        ("310", "in_service"): [0, 1, 1, 1, 1, 1],
        ("390", "adult"): [1, 1, 1, 1, 0, 0],
    }
    assert insured(warehouse, "150204", "double_enrolled_count") == {
        ("310", "in_service"): [0, 1, 1, 1, 0, 0],
        ("390", "adult"): [0, 1, 1, 1, 0, 0],
    }


def test_double_enrolment_in_two_areas(warehouse: Warehouse) -> None:
    assert insured(warehouse, "150205", "double_enrolled_count") == {
        ("310", "in_service"): [0, 0, 0, 0, 1, 0]
    }
    assert insured(warehouse, "150302") == {("310", "in_service"): [1, 1, 1, 1, 1, 0]}
    assert insured(warehouse, "150302", "double_enrolled_count") == {
        ("310", "in_service"): [0, 0, 0, 0, 1, 0]
    }


def test_statuses_that_count(warehouse: Warehouse) -> None:
    assert insured(warehouse, "150206") == {("390", "adult"): [1] * 6}


def test_side_insurance_is_no_double_enrolment(warehouse: Warehouse) -> None:
    assert insured(warehouse, "150207") == {("310", "in_service"): [1] * 6, ("320", "in_service"): [1] * 6}
    assert insured(warehouse, "150207", "double_enrolled_count") == {
        ("310", "in_service"): [0] * 6,
        ("320", "in_service"): [0] * 6,
    }


def test_clearings_know_the_month_of_their_payment(warehouse: Warehouse) -> None:
    found = warehouse.rows(
        "select clearing_month, payment_month, applied_yuan, payable_yuan, deduction_yuan, deposit_yuan, paid_yuan,"
        " posted_yuan from core.agg_clearing_month where area_code = '150200' order by all"
    )
    assert [tuple(row.values()) for row in found] == [
        ("202403", "202405", *map(Decimal, ("60.00", "58.00", "1.00", "2.00", "55.00", "55.00"))),
        ("202404", None, *map(Decimal, ("60.00", "58.00", "1.00", "2.00", "55.00", "0.00"))),
    ]


def test_payments_by_fund_and_source(warehouse: Warehouse) -> None:
    found = warehouse.rows(
        "select fund_code, insutype_code, payment_month, source_code, paid_yuan from core.agg_payment_month"
        " where area_code in ('150100', '150200') order by all"
    )
    assert [tuple(row.values()) for row in found] == [
        ("310100", "310", "202405", "201", Decimal("50.00")),
        ("310200", "310", "202405", "201", Decimal("5.00")),
        ("390100", "390", "202405", "207", Decimal("70.00")),
        ("999997", "unknown", "202405", "207", Decimal("1.00")),
    ]


def test_account_entries_by_direction_and_type(warehouse: Warehouse) -> None:
    found = warehouse.rows(
        "select direction_code, entry_type_code, amount_yuan from core.agg_account_month order by all"
    )
    assert [tuple(row.values()) for row in found] == [
        ("expenditure", "201", Decimal("30.00")),
        ("income", "101", Decimal("100.00")),
        ("income", "102", Decimal("1.50")),
    ]


def test_nothing_is_lost_between_rows_and_aggregates(warehouse: Warehouse) -> None:
    for rows, aggregate, amount in (
        ("core.fct_settlement where is_valid", "core.agg_settlement_month", "fund_pay_yuan"),
        (
            "core.fct_employee_contribution",
            "core.agg_contribution_month where insutype_code <> '390'",
            "total_yuan",
        ),
        ("core.fct_payment", "core.agg_payment_month", "paid_yuan"),
        ("core.fct_clearing", "core.agg_clearing_month", "paid_yuan"),
        ("core.fct_account_entry", "core.agg_account_month", "amount_yuan"),
    ):
        [here] = warehouse.rows(f"select sum({amount}) as yuan from {rows}")
        [there] = warehouse.rows(f"select sum({amount}) as yuan from {aggregate}")
        assert here == there and here["yuan"] is not None, aggregate


def test_fee_lines_know_what_is_covered(warehouse: Warehouse) -> None:
    rows = warehouse.rows("select * from core.fct_fee_line")
    lines = {row["fee_line_id"]: row for row in rows}
    assert {key: lines[key]["cover_code"] for key in (f"l-{number}" for number in range(1, 8))} == {
        "l-1": "plain", "l-2": "partial", "l-3": "partial", "l-4": "none", "l-5": "none", "l-6": "unknown", "l-7": "plain",
    }  # fmt: skip
    assert (lines["l-1"]["item_level_code"], lines["l-1"]["area_code"]) == ("01", "150100")
    assert (lines["l-7"]["is_reversal"], lines["l-7"]["unit_price"]) == (True, Decimal("0.1234"))
    assert lines["l-8"]["settlement_id"] is None and lines["l-8"]["own_expense_yuan"] == 0


def test_every_fee_line_is_counted_in_its_month_and_once_under_its_settlement(warehouse: Warehouse) -> None:
    rows = warehouse.rows(
        "select area_code, event_month, check_id, violated_count, denominator_count, evidence_yuan"
        " from core.agg_fee_line_check_month order by all"
    )
    found = {(row["area_code"], row["event_month"], row["check_id"]): row for row in rows}
    lines = {key: row["denominator_count"] for key, row in found.items() if key[2] in {"#lines", "#named"}}
    assert lines == {
        ("150100", "202403", "#lines"): 8, ("150100", "202403", "#named"): 8,
        ("150100", "202405", "#lines"): 1, ("150100", "202405", "#named"): 1,
        ("150200", "202403", "#lines"): 1, ("150200", "202403", "#named"): 1,
        ("unknown", "202403", "#lines"): 2, ("unknown", "202403", "#named"): 1,
    }  # fmt: skip
    settled = {key: row["denominator_count"] for key, row in found.items() if key[:2] == ("150100", "202404")}
    counts = {check: count for (_, _, check), count in settled.items()}
    assert counts == {"#rows": 1, "#matched": 7, "#placeless": 1, "I06": 1, "I12": 1}
    wrong = found["150100", "202404", "I06"]
    assert (wrong["violated_count"], wrong["evidence_yuan"]) == (1, Decimal("-800.00"))
    assert found["150100", "202404", "I12"]["violated_count"] == 0


def test_row_checks_count_every_row(warehouse: Warehouse) -> None:
    [found] = warehouse.rows(
        "select sum(denominator_count) as n, sum(evidence_yuan) as yuan from core.agg_claim_check_month"
        " where check_id = '#rows'"
    )
    [rows] = warehouse.rows("select count(*) as n, sum(fund_pay_yuan) as yuan from core.fct_settlement")
    assert found == rows
