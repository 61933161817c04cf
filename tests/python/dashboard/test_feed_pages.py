"""数据质量 over business feeds: the matrix by group and feed, batches and quarantine by feed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.dashboard.conftest import marts_of

pytestmark = [pytest.mark.dashboard]

ARRIVALS = [
    # feed, name, group, group name, area, month, state, loaded, quarantined
    ("setl_d", "结算信息", "claims", "待遇结算", "150100", "202401", "reported", 5, 0),
    ("setl_d", "结算信息", "claims", "待遇结算", "150100", "202402", "reported", 6, 2),
    ("setl_d", "结算信息", "claims", "待遇结算", "150400", "202401", "reported", 7, 0),
    ("setl_d", "结算信息", "claims", "待遇结算", "150400", "202402", "missing", 0, 0),
    ("rsdt_psn_clct_detl_d", "居民人员缴费明细", "contributions", "征缴到账", "150100", "202401", "no_rows", 0, 0),
    ("rsdt_psn_clct_detl_d", "居民人员缴费明细", "contributions", "征缴到账", "150100", "202402", "reported", 3, 0),
    ("staf_psn_clct_detl_d", "职工人员缴费明细", "contributions", "征缴到账", "150100", "202401", "reported", 3, 0),
    ("staf_psn_clct_detl_d", "职工人员缴费明细", "contributions", "征缴到账", "150100", "202402", "missing", 0, 0),
    ("psn_insu_d", "人员参保信息（现状）", "enrolment", "参保登记", "150100", "all", "reported", 9, 0),
]  # fmt: skip


@pytest.fixture(scope="module")
def feed_home(tmp_path_factory: pytest.TempPathFactory, tiny_home: Path) -> Path:
    """The tiny home whose published file says that some feeds arrived."""
    home = shutil.copytree(tiny_home, tmp_path_factory.mktemp("feeds") / "home")
    marts = marts_of(home)
    marts.chmod(0o644)
    with duckdb.connect(str(marts)) as con:
        for feed, name, group, group_name, area, month, state, loaded, quarantined in ARRIVALS:
            con.execute(
                """
                insert into data_quality.fct_feed_arrival by name
                select
                    ? as feed_code, ? as feed_name, ? as feed_group_code, ? as feed_group_name, 10 as sort_order,
                    ? as area_code, null as area_name, ? as event_month, ? as arrival_code, ? as loaded_rows,
                    ? as quarantined_rows, 10.0 as loaded_yuan, 1 as last_delivery_no
                """,
                [feed, name, group, group_name, area, month, state, loaded, quarantined],
            )
        con.execute(
            """
            insert into data_quality.fct_intake_batch by name
            select
                'setl_d_202402.csv' as file_name, 'h' as content_hash, 1 as delivery_no, 'setl_d' as feed_code,
                '结算信息' as feed_name, '待遇结算' as feed_group_name, 'loaded' as status_code, 8 as received_rows,
                6 as loaded_rows, 0 as superseded_rows, 2 as quarantined_rows, 80.0 as received_yuan,
                60.0 as loaded_yuan, 0.0 as superseded_yuan, 20.0 as quarantined_yuan
            """
        )
        # the last one was settled by a later file
        for number in range(1, 14):
            con.execute(
                """
                insert into data_quality.fct_quarantine by name
                select
                    1 as delivery_no, 'h' as content_hash, 'setl_d_202402.csv' as file_name, 'setl_d' as feed_code,
                    ? as row_number, 'fund_pay_sumamt' as column_name, 'bad_amount' as reason_code,
                    '金额不是数' as reason_zh, 'x' as raw_text, 10.0 as amount_yuan, ? as quarantine_no,
                    ? as settled_code
                """,
                [number + 1, number, "delivered_again" if number == 13 else None],
            )
    return home


def matrix(app: Any) -> dict[str, dict[str, str]]:
    table = app.dataframe[0].value
    return {row["统筹区"]: row.drop("统筹区").to_dict() for _, row in table.iterrows()}


def test_a_month_that_did_not_arrive_is_not_a_zero(open_page: Callable[..., Any], feed_home: Path) -> None:
    app = open_page("data", feed_home, bq="报送", sj="待遇结算")
    shown = matrix(app)
    assert list(shown["赤峰市"]) == ["2024-02", "2024-01"]
    assert shown["赤峰市"] == {"2024-02": "?", "2024-01": "●"}
    assert shown["呼和浩特市"] == {"2024-02": "●", "2024-01": "●"}
    assert any("4格中未报送1个" in str(element.value) for element in app.markdown)
    held = app.dataframe[1].value.iloc[0]
    assert held["数据种类"] == "结算信息"
    assert (held["入库行数"], held["隔离行数"], held["未报送格数"]) == (18, 2, 1)


def test_a_group_of_two_feeds_is_partly_there_and_each_can_be_chosen(
    open_page: Callable[..., Any], feed_home: Path
) -> None:
    both = matrix(open_page("data", feed_home, bq="报送", sj="征缴到账"))
    assert both["呼和浩特市"] == {"2024-02": "◐", "2024-01": "●"}
    residents = matrix(open_page("data", feed_home, bq="报送", sj="征缴到账", sz="居民人员缴费明细"))
    assert residents["呼和浩特市"] == {"2024-02": "●", "2024-01": "–"}


def test_a_snapshot_has_one_column(open_page: Callable[..., Any], feed_home: Path) -> None:
    assert matrix(open_page("data", feed_home, bq="报送", sj="参保登记")) == {"呼和浩特市": {"不分月": "●"}}


def test_the_statements_stay_the_first_matrix(open_page: Callable[..., Any], feed_home: Path) -> None:
    app = open_page("data", feed_home, bq="报送")
    assert any("基金指所选险种下的各项基金" in str(element.value) for element in app.caption)


def test_batches_and_quarantine_of_one_feed(open_page: Callable[..., Any], feed_home: Path) -> None:
    app = open_page("data", feed_home, bq="入库与隔离", rk="结算信息")
    batches, reasons = app.dataframe[0].value, app.dataframe[1].value
    assert batches["文件"].tolist() == ["setl_d_202402.csv"]
    assert batches["数据种类"].tolist() == ["结算信息"]
    assert reasons.iloc[0][["数据种类", "列", "行数", "文件数"]].tolist() == [
        "结算信息",
        "fund_pay_sumamt",
        12,
        1,
    ]
    assert any("待处理 12 行；另有 1 行已由后来的文件更正" in str(element.value) for element in app.markdown)
    everything = open_page("data", feed_home, bq="入库与隔离")
    assert len(everything.dataframe[0].value) == 2
