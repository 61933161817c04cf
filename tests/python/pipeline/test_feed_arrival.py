"""Arrival and deliveries of the business feeds: who delivered which month, and what became of each file's rows."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.pipeline.feed_harness import load
from tests.python.pipeline.model_harness import Warehouse, run_dbt

MODELS = ["+data_quality__fct_feed_arrival", "+data_quality__fct_feed_delivery"]
COLUMNS = (
    "delivery_no", "file_no", "file_name", "content_hash", "feed_code", "event_month", "admdvs",
    "received_count", "received_yuan", "loaded_count", "loaded_yuan", "superseded_count", "superseded_yuan",
    "quarantined_count", "quarantined_yuan",
)  # fmt: skip


def control(
    feed: str,
    month: str,
    admdvs: str | None,
    loaded: int,
    *,
    delivery: int = 1,
    superseded: int = 0,
    quarantined: int = 0,
) -> dict[str, Any]:
    """One control row: every row is worth ten yuan."""
    counts = {"loaded": loaded, "superseded": superseded, "quarantined": quarantined}
    counts["received"] = loaded + superseded + quarantined
    row = {
        "delivery_no": delivery,
        "file_no": 1,
        "file_name": f"{feed}_{month}.csv",
        "content_hash": f"h{delivery}{feed}{month}",
        "feed_code": feed,
        "event_month": month,
        "admdvs": admdvs,
    }
    return (
        row
        | {f"{name}_count": n for name, n in counts.items()}
        | {f"{name}_yuan": Decimal(n * 10) for name, n in counts.items()}
    )


def built(folder: Path, rows: Iterable[dict[str, Any]]) -> Warehouse:
    """The marts over these control rows; settlements of 2024-01 to 2024-04 say which months are reported."""
    path = folder / "warehouse.duckdb"
    load(path, {"setl_d": [{"setl_id": f"S{n}", "setl_time": f"2024-0{n}-05 10:00:00"} for n in range(1, 5)]})
    with duckdb.connect(str(path)) as con:
        con.executemany(
            f"insert into lake.feed_control ({', '.join(COLUMNS)}) values ({', '.join('?' * len(COLUMNS))})",
            [[row[name] for name in COLUMNS] for row in rows],
        )
    arguments = ["build", "--exclude-resource-type", "unit_test", "--indirect-selection", "buildable"]
    arguments += ["--select", *MODELS]
    is_success, failures = run_dbt(path, folder / "target", arguments)
    assert is_success, failures
    return Warehouse(path, is_success, failures)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    monthly = [
        control("setl_d", month, area, 5)
        for month in ("202401", "202402", "202403", "202404")
        for area in ("150102", "150402")
        # 赤峰 (150400) misses March; 呼和浩特 (150100) has all
        if (month, area) != ("202403", "150402")
    ]
    rows = [
        *monthly,
        # two counties of one pooling area, one of them replaced by the second delivery
        control("setl_d", "202404", "150105", 2, superseded=3, quarantined=1),
        control("setl_d", "202404", "150105", 4, delivery=2),
        # residents: 呼和浩特 paid in January only, 赤峰 not at all this year
        control("rsdt_psn_clct_detl_d", "202401", "150102", 7),
        control("rsdt_psn_clct_detl_d", "202404", "150202", 7),
        # lines of claims do not come every month either: 赤峰 has some in January, 兴安盟 and the others none ever
        control("fee_list_d", "202401", "150402", 6),
        control("fee_list_d", "202404", "150102", 6),
        # 通辽's residents paid in the last December: the new year is no gap
        control("rsdt_psn_clct_detl_d", "202312", "150502", 3),
        control("setl_d", "202401", "150502", 5),
        # a snapshot has no month; persons have no area
        control("psn_insu_d", "all", "150102", 9),
        control("psn_info_b", "all", None, 9),
        # a hospital far away reports nothing
        control("fixmedins_b", "all", "110100", 1),
        # a stray month is asked of nobody
        control("setl_d", "203501", "150102", 1),
    ]
    return built(tmp_path_factory.mktemp("arrival"), rows)


def arrival(warehouse: Warehouse, feed: str, area: str) -> dict[str, str]:
    rows = warehouse.rows(
        f"select event_month, arrival_code from data_quality.fct_feed_arrival "
        f"where feed_code = '{feed}' and area_code = '{area}' order by event_month"
    )
    return {row["event_month"]: row["arrival_code"] for row in rows}


def test_a_month_that_others_delivered_is_missing_not_zero(warehouse: Warehouse) -> None:
    assert arrival(warehouse, "setl_d", "150400") == {
        "202401": "reported",
        "202402": "reported",
        "202403": "missing",
        "202404": "reported",
    }
    assert set(arrival(warehouse, "setl_d", "150300").values()) == {"missing"}


def test_a_stray_month_is_asked_of_nobody(warehouse: Warehouse) -> None:
    assert arrival(warehouse, "setl_d", "150100")["203501"] == "reported"
    assert "203501" not in arrival(warehouse, "setl_d", "150400")


def test_a_feed_that_comes_once_a_year_is_missing_only_where_the_year_is_empty(warehouse: Warehouse) -> None:
    paid = arrival(warehouse, "rsdt_psn_clct_detl_d", "150100")
    assert paid == {"202401": "reported", "202402": "no_rows", "202403": "no_rows", "202404": "no_rows"}
    assert set(arrival(warehouse, "rsdt_psn_clct_detl_d", "150400").values()) == {"missing"}


def test_a_new_year_is_no_gap_of_a_feed_that_came_in_december(warehouse: Warehouse) -> None:
    paid = arrival(warehouse, "rsdt_psn_clct_detl_d", "150500")
    assert paid.pop("202312") == "reported"
    assert paid.pop("202401") == "no_rows"


def test_nothing_to_deliver_is_believed_only_of_an_area_that_delivered(warehouse: Warehouse) -> None:
    # 赤峰 delivered its claims of February and April, and nothing at all of March
    assert arrival(warehouse, "fee_list_d", "150400") == {
        "202401": "reported",
        "202402": "no_rows",
        "202403": "missing",
        "202404": "no_rows",
    }
    # 通辽 delivered nothing this year but in January
    assert set(list(arrival(warehouse, "rsdt_psn_clct_detl_d", "150500").values())[2:]) == {"missing"}


def test_a_feed_that_an_area_never_delivered_is_missing_where_others_did_and_not_where_nobody_does(
    warehouse: Warehouse,
) -> None:
    assert set(arrival(warehouse, "fee_list_d", "152200").values()) == {"missing"}
    assert arrival(warehouse, "fee_list_d", "152200").keys() == {"202401", "202402", "202403", "202404"}
    assert arrival(warehouse, "acct_inc_detl_d", "152200") == {}


def test_nobody_waits_for_residents_where_an_area_has_none(warehouse: Warehouse) -> None:
    assert arrival(warehouse, "rsdt_psn_clct_detl_d", "159900") == {}
    assert set(arrival(warehouse, "setl_d", "159900").values()) == {"missing"}


def test_snapshots_have_no_month_and_persons_no_area(warehouse: Warehouse) -> None:
    assert arrival(warehouse, "psn_insu_d", "150100") == {"all": "reported"}
    assert arrival(warehouse, "psn_insu_d", "150400") == {"all": "missing"}
    assert arrival(warehouse, "psn_info_b", "150000") == {"all": "reported"}
    assert arrival(warehouse, "psn_info_b", "150100") == {}
    assert arrival(warehouse, "fixmedins_b", "110100") == {}


def test_what_became_of_a_files_rows(warehouse: Warehouse) -> None:
    rows = warehouse.rows(
        "select * from data_quality.fct_feed_delivery "
        "where feed_code = 'setl_d' and event_month = '202404' and area_code = '150100' order by delivery_no"
    )
    assert [(row["delivery_no"], row["area_name"], row["feed_name"]) for row in rows] == [
        (1, "呼和浩特市", "结算信息"),
        (2, "呼和浩特市", "结算信息"),
    ]
    first = rows[0]
    # the county's rows and those of its neighbour are one cell
    assert (first["received_rows"], first["loaded_rows"]) == (11, 7)
    assert (first["superseded_rows"], first["quarantined_rows"]) == (3, 1)
    for unit in ("rows", "yuan"):
        parts = [first[f"{name}_{unit}"] for name in ("loaded", "superseded", "quarantined")]
        assert first[f"received_{unit}"] == sum(parts)
    loaded = warehouse.rows(
        "select loaded_rows, last_delivery_no from data_quality.fct_feed_arrival "
        "where feed_code = 'setl_d' and event_month = '202404' and area_code = '150100'"
    )
    assert loaded == [{"loaded_rows": 11, "last_delivery_no": 2}]
