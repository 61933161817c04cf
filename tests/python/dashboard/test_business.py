"""业务分析 of the area page: every part × scheme × situation, the figure on the page is the mart's, and rows add up to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboards.charts_business import leading_factors
from dashboards.components.business import PARTS
from dashboards.components.business_source import BusinessFigure, value_text
from dashboards.components.drill import without_odd_ratios
from dashboards.components.rows_drill import PAYMENT, SETTLEMENT, agreement
from dashboards.labels import SCHEMES, fmt, fmt_metric, period_label

pytestmark = [pytest.mark.dashboard]
AREA, AREA_NAME = "150400", "赤峰市"
PICKERS = {"支出驱动": "driver", "参保": "insured", "征缴": "collection", "业财对账": "reconciliation"}


def texts(app: Any) -> str:
    elements = [*app.markdown, *app.caption, *app.info, *app.warning]
    return "\n".join(str(element.value) for element in elements)


def tables(app: Any) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def last_year(ask: Callable[..., pd.DataFrame], home: Path) -> str:
    found = ask(
        home,
        "select max(period_code) as code from prefecture_comparison.fct_spending_driver"
        " where period_type = 'year' and area_code = $area and growth_yuan is not null",
        {"area": AREA},
    )
    return str(found["code"].iloc[0])


@pytest.mark.pipeline
@pytest.mark.parametrize("scheme_label", SCHEMES)
@pytest.mark.parametrize("part", PICKERS)
def test_every_part_shows_the_marts_figures(
    part: str, scheme_label: str, demo_home: Path, open_page: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    year = last_year(ask, demo_home)
    app = open_page("region", demo_home, xz=scheme_label, qx="年", qi=f"{year}年", qu=AREA_NAME, yw=part)
    bound = {"area": AREA, "scheme": SCHEMES[scheme_label], "year": year}
    shown = tables(app)
    if part == "支出驱动":
        found = ask(
            demo_home,
            "select * from prefecture_comparison.fct_spending_driver where area_code = $area"
            " and scheme_code = $scheme and period_code = $year",
            bound,
        )
        assert len(found)
        for row in found.itertuples():
            assert f">{fmt(row.spending_yuan, '万元')}<" in shown
            assert f">{fmt(row.cost_contribution_yuan, '万元', signed=True)}<" in shown
    elif part == "参保":
        found = ask(
            demo_home,
            "select * from enrolment.fct_insured_month where area_code = $area and scheme_code = $scheme"
            " and person_group_code = 'all' and period_code = $year || '12'",
            bound,
        )
        assert f">{fmt(found['insured_count'].iloc[0], '人')}<" in shown
    elif part == "征缴":
        found = ask(
            demo_home,
            "select * from fund_balance.fct_collection where area_code = $area and payer_code = 'all'"
            " and ($scheme = 'all' or scheme_code = $scheme) and period_code = $year and due_yuan > 0",
            bound,
        )
        assert len(found)
        for row in found.itertuples():
            assert f">{fmt(row.due_yuan, '万元')}<" in shown
            told = (
                "× 不适用" if row.collection_state_code == "payers_only" else fmt(row.collection_ratio, "%")
            )
            assert f">{told}<" in shown
    else:
        found = ask(
            demo_home,
            "select * from fund_balance.fct_reconciliation where area_code = $area and period_code = $year"
            " and line_code = 'benefit_expenditure' and ($scheme <> 'all' or $scheme = 'all')"
            " and fund_code = case $scheme when 'employee' then '310100' else '390100' end",
            bound,
        )
        assert len(found) == 1
        assert f">{fmt(found['difference_yuan'].iloc[0], '万元', signed=True)}<" in shown
    assert len(app.get("plotly_chart")) <= 8


@pytest.mark.pipeline
@pytest.mark.parametrize("part", PICKERS)
@pytest.mark.parametrize("area_name", ["全区", AREA_NAME])
def test_rows_add_up_to_the_figure(
    part: str, area_name: str, demo_home: Path, open_page: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    words = {"xz": "职工", "qx": "年", "qi": f"{last_year(ask, demo_home)}年", "qu": area_name, "yw": part}
    app = open_page("region", demo_home, **words)
    key = f"{PICKERS[part]}_source"
    next(button for button in app.button if button.key == f"{key}_open").click()
    app.run()
    assert not app.exception and not app.error
    said = [caption.value for caption in app.caption if caption.value.startswith("共 ")]
    assert len(said) == 1
    if part != "业财对账" or area_name != "全区":
        assert said[0].endswith("一致。")
    masked = [frame.value for frame in app.dataframe if "人员（掩码）" in frame.value.columns]
    for frame in masked:
        assert len(frame) <= 500
        assert frame["人员（掩码）"].str.fullmatch(r"[0-9a-f]{8}…").all()


@pytest.mark.pipeline
def test_an_indicator_opens_its_parts(
    demo_home: Path, open_page: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    year = last_year(ask, demo_home)
    app = open_page("region", demo_home, xz="职工", qx="年", qi=f"{year}年", qu=AREA_NAME, zb="次均住院费用")
    picker = next(box for box in app.selectbox if box.key == "indicator_source_figure")
    picker.set_value("次均住院费用")
    next(button for button in app.button if button.key == "indicator_source_open").click()
    app.run()
    found = ask(
        demo_home,
        "select * from prefecture_comparison.fct_prefecture_indicator where area_code = $area"
        " and scheme_code = 'employee' and period_code = $year and indicator_code = 'cost_per_admission_yuan'",
        {"area": AREA, "year": year},
    )
    assert f"次均住院费用：{fmt_metric(found['indicator_value'].iloc[0], 'yuan_each')}" in texts(app)
    assert "住院医疗费用 ÷ 住院人次" in texts(app)


@pytest.mark.pipeline
@pytest.mark.parametrize("part", PARTS)
def test_a_source_without_business_feeds_says_so(
    part: str, public_home: Path, open_page: Callable[..., Any]
) -> None:
    app = open_page("region", public_home, xz="居民", yw=part)
    assert "× 不适用：这个数据源没有" in texts(app)


@pytest.mark.pipeline
def test_an_area_that_did_not_report_is_not_zero(
    demo_home: Path, open_page: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    silent = ask(
        demo_home,
        """
        select before.area_code, before.area_name, before.period_code
        from prefecture_comparison.fct_spending_driver as whole
        inner join prefecture_comparison.fct_spending_driver as before
            on before.area_kind <> 'region' and before.scheme_code = 'employee'
            and before.medical_kind_code = 'all' and before.period_type = 'month'
        where whole.area_kind = 'region' and whole.scheme_code = 'employee' and whole.medical_kind_code = 'all'
            and whole.period_type = 'month'
        group by 1, 2, 3
        having before.period_code = max(before.period_code) and max(whole.period_code) > before.period_code
        """,
    )
    last = ask(
        demo_home,
        "select area_name, max(period_code) as code, (select max(period_code) from"
        " prefecture_comparison.fct_spending_driver where period_type = 'month') as newest"
        " from prefecture_comparison.fct_spending_driver where period_type = 'month' and area_kind <> 'region'"
        " group by area_name having max(period_code) < newest",
    )
    assert len(silent)
    if last.empty:
        pytest.skip("every area of this sample reports to the end")
    app = open_page(
        "region",
        demo_home,
        xz="职工",
        qx="月",
        qi=period_label(last["newest"].iloc[0]),
        qu=last["area_name"].iloc[0],
    )
    assert "? 未报送" in texts(app)
    assert f"至{period_label(last['code'].iloc[0])}" in texts(app)


def test_agreement_names_the_difference() -> None:
    row = {"spending_yuan": 100.0, "statement_yuan": 90.0}
    assert "一致" in agreement(SETTLEMENT, "spending_yuan", row, {"rows_count": 3, "rows_yuan": 100.0})
    said = agreement(PAYMENT, "difference_yuan", row, {"rows_count": 3, "rows_yuan": 91.5})
    assert "91.50" in said and "90.00" in said and "一致" not in said
    people = agreement(
        SETTLEMENT, "insured_count", {"insured_count": 7}, {"rows_count": 7, "rows_yuan": None}
    )
    assert people == "共 7 人，与上面的数一致。"


def test_values_are_written_in_their_own_unit() -> None:
    assert value_text("cost_per_visit_yuan", 731.37) == "731.37 元"
    assert value_text("spending_yuan", 2335443.75) == "233.54 万元"
    assert value_text("fund_share_ratio", 0.629332) == "62.9%"
    assert value_text("head_count", 710.5) == "711人"
    assert BusinessFigure("spending_yuan", "a.b", {}, "x").rows is None


def test_the_driver_title_names_no_factor_against_its_direction() -> None:
    factors = [
        ("参保人数", 10_000.0),
        ("次均费用", -90_000.0),
        ("基金支付比例", 30_000.0),
        ("不可分解", 70_000.0),
    ]
    assert (
        leading_factors(factors)
        == "，推高最多的是基金支付比例（+3.00），拉低最多的是次均费用（−9.00），不可分解+7.00"
    )
    assert leading_factors([("参保人数", 0.0), ("次均费用", -1.0)]) == "，拉低最多的是次均费用（0.00）"
    assert leading_factors([("参保人数", 0.0)]) == ""


def test_no_ratio_beside_an_amount_that_shows_as_nothing() -> None:
    accounts = pd.DataFrame(
        {
            "amount_yuan": [200.0, 49.0, 0.0],
            "prior_year_amount_yuan": [49.0, 200.0, 5_000.0],
            "yoy_ratio": [3.08, -0.755, -1.0],
        }
    )
    assert without_odd_ratios(accounts)["yoy_ratio"].isna().tolist() == [True, True, True]
    seen = accounts.assign(amount_yuan=200.0, prior_year_amount_yuan=5_000.0)
    assert without_odd_ratios(seen)["yoy_ratio"].notna().all()


@pytest.mark.pipeline
def test_the_dialog_lists_the_checks_of_the_rows(
    demo_home: Path, open_page: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    words = {
        "xz": "职工",
        "qx": "年",
        "qi": f"{last_year(ask, demo_home)}年",
        "qu": AREA_NAME,
        "yw": "支出驱动",
    }
    app = open_page("region", demo_home, **words)
    next(button for button in app.button if button.key == "driver_source_open").click()
    app.run()
    listed = next(
        frame.value
        for frame in app.dataframe
        if "检查" in frame.value.columns and "性质" in frame.value.columns
    )
    assert {"I01", "I02", "I03"} <= set(listed["编号"])
    assert "M01" not in set(listed["编号"])
