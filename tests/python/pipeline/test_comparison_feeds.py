"""From rows of the feeds to enrolment, drivers and collection: nothing lost, nothing doubled on the way."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.python.pipeline import feed_harness
from tests.python.pipeline.model_harness import Warehouse

pytestmark = [pytest.mark.pipeline]

MONTHS = ("2024-01", "2024-02", "2024-03")
ROWS = {
    "psn_insu_d": [
        # leaves one employer on 10 February and joins another on the 15th: two spells in one month, one head
        {"psn_insu_rlts_id": "L1", "psn_no": "P1", "crt_insu_date": "2024-02-15", "emp_no": "E2"},
        {"psn_insu_rlts_id": "L2", "psn_no": "P2", "psn_type": "1201", "insutype_retr_flag": "1"},
        # in both schemes at once
        {"psn_insu_rlts_id": "L3", "psn_no": "P3"},
        {"psn_insu_rlts_id": "L4", "psn_no": "P3", "insutype": "390", "psn_type": "1501"},
        {"psn_insu_rlts_id": "L5", "psn_no": "P4", "insutype": "390", "psn_type": "1501"},
        # the civil servants' supplement has the same people
        {"psn_insu_rlts_id": "L6", "psn_no": "P2", "insutype": "320", "psn_type": "1201"},
    ],
    "psn_insu_his_d": [
        {"psn_insu_detl_id": "H1", "psn_insu_rlts_id": "L1", "psn_no": "P1", "paus_insu_date": "2024-02-10"},
    ],
    "setl_d": [
        *(
            {
                "setl_id": f"S{number}", "rid": f"R{number}", "psn_no": "P1", "med_type": kind,
                "setl_time": f"{month}-20 10:00:00", "begndate": f"{month}-11", "enddate": f"{month}-20",
            }
            for number, (month, kind) in enumerate(
                ((month, kind) for month in MONTHS for kind in ("11", "21", "41")), start=1
            )
        ),
        # February's stay is taken back in March
        {
            "setl_id": "S90", "rid": "R90", "psn_no": "P1", "med_type": "21", "init_setl_id": "S5",
            "refd_setl_flag": "1", "setl_time": "2024-03-25 10:00:00", "begndate": "2024-02-11",
            "enddate": "2024-02-20", "medfee_sumamt": "-100.00", "fund_pay_sumamt": "-60.00", "inscp_amt": "-90.00",
            "hifp_pay": "-60.00",
        },
        # not valid: nothing of it counts
        {"setl_id": "S91", "rid": "R91", "vali_flag": "0", "setl_time": "2024-03-26 10:00:00"},
    ],
    "staf_psn_clct_detl_d": [
        *(
            {
                "psn_clct_detl_id": f"C{number}", "psn_no": "P1", "cashym": month.replace("-", ""),
                "clct_time": f"{month}-20 09:00:00",
            }
            for number, month in enumerate(MONTHS, start=1)
        ),
        {"psn_clct_detl_id": "C9", "psn_no": "P3", "cashym": "202401", "clct_time": "2024-03-05 09:00:00"},
        {"psn_clct_detl_id": "C10", "psn_no": "P3", "cashym": "202402", "clct_flag": "0", "clct_time": ""},
    ],
    "fixmedins_b": [{"aprv_bed_cnt": "30"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    made = feed_harness.built(
        tmp_path_factory.mktemp("comparison"),
        ROWS,
        [
            "+enrolment__fct_insured_month",
            "+prefecture_comparison__fct_spending_driver",
            "+fund_balance__fct_collection",
            "+int_prefecture_comparison__business_measure",
            # tests that also read what is not built here stay out
            *("--indirect-selection", "cautious"),
        ],
    )
    assert made.is_success, made.failures
    return made


def one(warehouse: Warehouse, sql: str) -> dict:
    found = warehouse.rows(sql)
    assert len(found) == 1
    return found[0]


def test_two_spells_in_a_month_are_one_head(warehouse: Warehouse) -> None:
    found = warehouse.rows(
        "select scheme_code, period_code, insured_count, in_service_count, retired_count, double_enrolled_count"
        " from enrolment.fct_insured_month where area_code = '150100' and person_group_code = 'all' order by all"
    )
    assert [tuple(row.values()) for row in found] == [
        ("all", "202401", 4, 2, 1, 1),
        ("all", "202402", 4, 2, 1, 1),
        ("all", "202403", 4, 2, 1, 1),
        ("employee", "202401", 3, 2, 1, 1),
        ("employee", "202402", 3, 2, 1, 1),
        ("employee", "202403", 3, 2, 1, 1),
        ("resident", "202401", 2, 0, 0, 1),
        ("resident", "202402", 2, 0, 0, 1),
        ("resident", "202403", 2, 0, 0, 1),
    ]


def test_spending_is_the_sum_of_what_stands(warehouse: Warehouse) -> None:
    quarter = {
        row["medical_kind_code"]: row
        for row in warehouse.rows(
            "select * from prefecture_comparison.fct_spending_driver where area_code = '150100'"
            " and scheme_code = 'employee' and period_code = '2024Q1'"
        )
    }
    assert quarter["all"]["spending_yuan"] == 9 * 60 - 60
    assert quarter["inpatient"]["visit_count"] == 2  # three stays, one of them taken back
    assert quarter["inpatient"]["spending_yuan"] == 120
    assert quarter["pharmacy"]["head_count"] == 3
    marts = one(
        warehouse,
        "select sum(spending_yuan) as yuan from prefecture_comparison.fct_spending_driver where period_type = 'month'"
        " and medical_kind_code <> 'all' and scheme_code <> 'all' and area_kind <> 'region'",
    )
    core = one(warehouse, "select sum(fund_pay_yuan) as yuan from core.agg_settlement_month")
    lake = one(warehouse, "select sum(fund_pay_sumamt) as yuan from lake.setl_d where vali_flag = '1'")
    assert marts["yuan"] == core["yuan"] == lake["yuan"] == Decimal("480.00")


def test_collection_is_the_sum_of_what_came_in(warehouse: Warehouse) -> None:
    quarter = one(
        warehouse,
        "select * from fund_balance.fct_collection where area_code = '150100' and fund_code = '310000'"
        " and item_code = 'premium' and payer_code = 'all' and period_code = '2024Q1'",
    )
    assert (quarter["due_yuan"], quarter["collected_of_due_yuan"]) == (2000, 1600)
    assert (quarter["on_time_yuan"], quarter["late_yuan"], quarter["arrears_yuan"]) == (1200, 400, 400)
    marts = one(
        warehouse,
        "select sum(collected_yuan) as yuan from fund_balance.fct_collection where period_type = 'month'"
        " and payer_code = 'all' and area_kind <> 'region'",
    )
    lake = one(
        warehouse,
        "select sum(emp_clct_amt + psn_clct_amt + oth_clct_amt) as yuan from lake.staf_psn_clct_detl_d"
        " where clct_flag = '1' and revs_flag = 'Z'",
    )
    assert marts["yuan"] == lake["yuan"]


def test_measures_have_one_row_a_grain(warehouse: Warehouse) -> None:
    doubled = warehouse.rows(
        "select area_code, scheme_code, period_type, period_code, measure_code"
        " from intermediate.int_prefecture_comparison__business_measure group by all having count(*) > 1"
    )
    assert doubled == []
    beds = one(
        warehouse,
        "select measure_value from intermediate.int_prefecture_comparison__business_measure"
        " where measure_code = 'bed' and area_code = '150100' and period_code = '202403'",
    )
    assert beds["measure_value"] == 30
