"""Chart functions: a title and an alternative text, and both quote figures that stand in the table."""

from __future__ import annotations

import pandas as pd
import pytest

from dashboards.charts import CONFIG, MINUS, PLUS, TOTAL, Chart, wrap
from dashboards.charts_business import difference_bars
from dashboards.charts_fund import balance_waterfall, budget_bars, year_course, years_bars
from dashboards.charts_risk import peer_bars, reserve_band
from dashboards.palette import LEVEL_COLOR, LEVEL_INK

SERIES = pd.DataFrame(
    {
        "period_code": [f"2025{n:02d}" for n in range(1, 13)] + [f"2026{n:02d}" for n in range(1, 5)],
        "reserve_months": [None] * 11 + [6.5, 6.2, 5.9, 5.8, 5.5],
        "year_end_reserve_months": [7.0] * 12 + [6.5] * 4,
        "ytd_income_yuan": [1e7 * n for n in range(1, 13)] + [1.2e7 * n for n in range(1, 5)],
    }
)
STEPS = pd.DataFrame(
    {
        "step_code": ["opening_balance", "premium_income", "benefit_expenditure", "closing_balance"],
        "step_label_zh": ["期初结余", "社会保险费收入", "基本医疗保险待遇支出", "期末结余"],
        "step_yuan": [1e8, 2e7, -3e7, 9e7],
        "running_yuan": [1e8, 1.2e8, 9e7, 9e7],
        "is_total": [True, False, False, True],
    }
)
PEERS = pd.DataFrame(
    {
        "area_code": ["150000", "150400", "150300"],
        "area_name": ["内蒙古自治区", "赤峰市", "乌海市"],
        "area_kind": ["region", "pooling_area", "pooling_area"],
        "indicator_name": ["可支付月数"] * 3,
        "indicator_value": [6.0, 5.5, 7.25],
        "region_value": [6.0] * 3,
        "rank": [None, 2, 1],
        "ranked_count": [2, 2, 2],
        "is_suppressed": [False] * 3,
        "unit": ["months"] * 3,
    }
)
BUDGET = {
    "budget_income_yuan": 2e8,
    "budget_expenditure_yuan": 1.9e8,
    "ytd_income_yuan": 1.5e8,
    "ytd_expenditure_yuan": 1.4e8,
}
YEARS = pd.DataFrame(
    {
        "period_code": ["2022", "2023"],
        "income_yuan": [1e9, 1.1e9],
        "expenditure_yuan": [9e8, 1.2e9],
        "actual_closing_yuan": [5e8, 4e8],
    }
)

CHARTS = {
    "reserve": (
        lambda: reserve_band(SERIES, "赤峰市", "职工统筹", (6, 9), (3, 15), seasonal=False),
        "5.5 个月",
    ),
    "reserve_seasonal": (
        lambda: reserve_band(SERIES, "赤峰市", "居民", None, (2, 4), seasonal=True),
        "6.5 个月",
    ),
    "waterfall": (lambda: balance_waterfall(STEPS, "赤峰市", "职工统筹", "202609"), "9,000.00"),
    "peers": (lambda: peer_bars(PEERS, "150400", "202609", "职工统筹"), "5.5 个月"),
    "course": (lambda: year_course(SERIES, "ytd_income_yuan", "收入", "202604", "month", 2e8), "4,800.00"),
    "years": (lambda: years_bars(YEARS, "全国", "合计"), "11.00"),
    "budget": (lambda: budget_bars(BUDGET, "202609"), "15,000.00"),
}


@pytest.mark.parametrize("name", CHARTS)
def test_title_alt_and_table_agree(name: str) -> None:
    build, number = CHARTS[name]
    chart: Chart = build()
    assert chart.title
    assert chart.alt.startswith(chart.title)
    assert number in chart.table.astype(str).to_numpy().ravel().tolist()
    assert number.replace(" ", "") in chart.title.replace(" ", "")
    assert chart.figure.layout.title.text.replace("<br>", "").find(chart.title[:6]) >= 0


def test_no_negative_months_are_drawn() -> None:
    empty = SERIES.assign(reserve_months=[None] * 15 + [-1.5])
    chart = reserve_band(empty, "乌海市", "居民", None, (), seasonal=False)
    assert "已用尽" in chart.title
    assert min(value for value in chart.figure.data[0].y if value == value) == 0


def test_a_used_up_balance_is_no_number_of_months() -> None:
    series = SERIES.assign(year_end_reserve_months=[7.0] * 15 + [-0.3])
    chart = reserve_band(series, "乌海市", "居民", None, (), seasonal=True)
    assert chart.title == "乌海市居民2026年4月按年末数结余已用尽"
    peers = peer_bars(PEERS.assign(indicator_value=[6.0, 5.5, -0.3]), "150300", "202512", "居民")
    assert "已用尽" in peers.title and peers.table["可支付月数"].tolist()[-1] == "已用尽"


def test_the_figures_of_peers_stand_above_the_line_of_the_region() -> None:
    chart = peer_bars(PEERS, "150300", "202609", "职工统筹")
    written = {note.y: note for note in chart.figure.layout.annotations if note.y in ("赤峰市", "乌海市")}
    assert {name: note.text for name, note in written.items()} == {"赤峰市": "5.5 个月", "乌海市": "7.3 个月"}
    assert all(note.bgcolor for note in written.values())


def test_a_budget_that_was_overspent_is_written_beyond_the_bar() -> None:
    over = BUDGET | {"ytd_expenditure_yuan": 2.1e8}
    notes = {note.y: note for note in budget_bars(over, "202512").figure.layout.annotations}
    assert notes["支出"].text == "19,000.00" and notes["支出"].x == pytest.approx(21_000)
    assert notes["收入"].x == pytest.approx(20_000)


def test_texts_below_the_last_bars_have_room() -> None:
    low = STEPS.assign(step_yuan=[1e8, 2e7, -1.3e8, -1e7], running_yuan=[1e8, 1.2e8, -1e7, -1e7])
    bottom, top = balance_waterfall(low, "乌海市", "居民", "2025").figure.layout.yaxis.range
    assert (-1000 - bottom) / (top - bottom) > 0.1


def test_differences_of_benefits_are_written_in_yuan() -> None:
    causes = pd.DataFrame(
        {"group_name": ["年度限额不同"], "settlement_count": [1], "difference_yuan": [778.44]}
    )
    chart = difference_bars(causes, "乌兰察布市", "202512")
    assert chart.title.endswith("1笔、净多付778.44元")
    assert chart.table["金额（元）"].tolist() == ["+778.44"]


def test_a_difference_inside_the_report_is_no_movement_of_money() -> None:
    steps = pd.DataFrame(
        {
            "step_code": ["opening_balance", "other_income", "stated_difference", "closing_balance"],
            "step_label_zh": ["期初结余", "其他收入", "报表与计算之差", "期末结余"],
            "step_yuan": [1e8, 49.99, -9e5, 9.91e7],
            "running_yuan": [1e8, 1e8 + 49.99, 9.91e7, 9.91e7],
            "is_total": [True, False, False, True],
        }
    )
    chart = balance_waterfall(steps, "赤峰市", "居民", "202609")
    bars = chart.figure.data[0]
    assert chart.table["步骤"].tolist() == ["期初结余", "报表与计算之差", "期末结余"]
    assert bars.marker.color[1] not in (PLUS, MINUS, TOTAL)
    assert bars.base[1] + bars.y[1] == pytest.approx(9910)


def test_the_title_is_about_the_chosen_period() -> None:
    chart = reserve_band(
        SERIES.iloc[:13], "赤峰市", "职工统筹", None, (), seasonal=False, period_code="202601"
    )
    assert "2026年1月末可支付6.2" in chart.title
    gap = reserve_band(SERIES.iloc[:13], "赤峰市", "职工统筹", None, (), seasonal=False, period_code="202602")
    assert gap.title.startswith("2026年2月没有可支付月数；")


def test_a_missing_month_breaks_the_line() -> None:
    gap = SERIES.copy()
    gap.loc[gap["period_code"] == "202602", "ytd_income_yuan"] = None
    chart = year_course(gap, "ytd_income_yuan", "收入", "202604", "month", None)
    this_year = next(trace for trace in chart.figure.data if trace.name == "2026年")
    assert this_year.y[1] is None
    assert not this_year.connectgaps


def test_a_sum_of_the_year_is_of_the_last_period_that_was_reported() -> None:
    silent = SERIES[SERIES["period_code"] <= "202602"]
    chart = year_course(silent, "ytd_income_yuan", "收入", "202604", "month", 2e8)
    assert chart.title.startswith("2026年4月未报送；2026年2月累计收入2,400.00万元")
    none = year_course(
        SERIES[SERIES["period_code"] < "2026"], "ytd_income_yuan", "收入", "202604", "month", None
    )
    assert none.title == "2026年4月未报送，2026年还没有累计收入"


def test_long_titles_are_broken_between_numbers() -> None:
    text = wrap("累计收入413,576.39万元（预算644,840.19），支出479,173.66万元（预算645,626.11）", 20)
    assert "413,576.39" in text and "644,840.19" in text and "<br>" in text


def test_every_level_has_a_readable_ink() -> None:
    def luminance(color: str) -> float:
        parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for code, fill in LEVEL_COLOR.items():
        one, other = sorted((luminance(fill), luminance(LEVEL_INK[code])), reverse=True)
        assert (one + 0.05) / (other + 0.05) >= 4.5, code


def test_the_tool_bar_speaks_chinese() -> None:
    assert CONFIG["locale"] == "zh-CN"
    assert CONFIG["modeBarButtons"] == [["toImage"]]
    assert CONFIG["locales"]["zh-CN"]["dictionary"]["Download plot as a PNG"] == "下载为 PNG"
