"""待遇复算, 缴费复算 and 算给我看: the figures on the page are the marts', a settlement opens with its clauses, a link carries it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboards.components.replay import benefit_sentence, contribution_sentence
from dashboards.components.settlement import cited_clauses, rule_texts, verdict
from dashboards.labels import fmt

pytestmark = [pytest.mark.dashboard]


def texts(app: Any) -> str:
    elements = [*app.markdown, *app.caption, *app.info, *app.warning]
    return "\n".join(str(element.value) for element in elements)


def tables(app: Any) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def frame_with(app: Any, column: str) -> pd.DataFrame:
    return next(frame.value for frame in app.dataframe if column in frame.value.columns)


# --- sentences -------------------------------------------------------------------------------


def funds(**changes: Any) -> pd.DataFrame:
    row = {
        "fund_short": "职工统筹",
        "status_code": "replayed",
        "status_name": "已复算",
        "reason": None,
        "difference_yuan": 0.0,
        "cause_name": None,
    }
    return pd.DataFrame([row | changes])


def test_a_verdict_says_what_agrees_and_what_does_not() -> None:
    assert verdict(funds()) == "各基金实际支付与按规定计算的结果一致，一分不差。"
    assert verdict(funds(difference_yuan=0.01, cause_name="支付比例不同")) == (
        "与规定不符：职工统筹多付 0.01 元（支付比例不同）。"
    )
    assert "少付 12.50 元" in verdict(funds(difference_yuan=-12.5, cause_name="起付线不同"))
    told = verdict(
        funds(status_code="not_replayable", status_name="不能复算", reason="缺转诊标志", difference_yuan=None)
    )
    assert told == "不能复算：缺转诊标志。"
    outside = funds(
        status_code="outside_rules", status_name="没有规则", reason="没有生育的规则", difference_yuan=None
    )
    assert verdict(outside) == "没有复算：没有生育的规则。"


def test_documents_and_clauses_are_cited_once() -> None:
    frame = pd.DataFrame(
        {
            "doc_no": ["NMG-2007、SAMPLE", None, "内医保发1号", "SAMPLE"],
            "clause": ["1.1.3、1.1.4、样例", None, "第一条", "样例"],
        }
    )
    titles = {"NMG-2007": "通知", "SAMPLE": "样例参数", "内医保发1号": "办法"}
    assert rule_texts(frame, titles) == [
        "通知 条款 1.1.3、1.1.4；样例参数",
        "—",
        "内医保发1号 第一条",
        "样例参数",
    ]


def test_clauses_are_cited_by_title_and_a_clause_may_have_the_separator() -> None:
    titles = {"NMG-2007": "通知", "SAMPLE": "样例参数", "国发〔1998〕44号": "决定"}
    text = "NMG-2007 1.1.1、SAMPLE 样例、国发〔1998〕44号 二、覆盖范围和缴费办法"
    assert cited_clauses(text, titles) == (
        "通知 条款 1.1.1；样例参数；国发〔1998〕44号 二、覆盖范围和缴费办法"
    )
    assert cited_clauses(None, titles) == "—"


def test_the_sentence_counts_states_and_names_differences() -> None:
    status = pd.DataFrame(
        {
            "status_code": ["replayed", "not_replayable", "not_replayable"],
            "status_name": ["已复算", "不能复算", "不能复算"],
            "settlement_count": [1200, 3, 4],
        }
    )
    clean = pd.DataFrame({"fund_short": ["居民"], "difference_count": [0], "difference_yuan": [0.0]})
    assert benefit_sentence(status, clean) == "结算已复算1,200笔、不能复算7笔；已复算的与规定一致，没有差额。"
    wrong = clean.assign(difference_count=2, difference_yuan=-30.0)
    assert benefit_sentence(status, wrong).endswith("；与规定不符：居民2笔、净少付30.00元。")
    assert benefit_sentence(status[1:], clean[:0]) == "结算不能复算7笔。"
    outside = status.assign(status_code="outside_rules", status_name="没有规则")
    assert benefit_sentence(outside[1:], clean[:0]) == "结算没有复算7笔（没有规则）。"


def test_contributions_that_agree_say_so() -> None:
    items = pd.DataFrame({"item_name": ["单位缴费"], "wrong_count": [0], "difference_yuan": [0.0]})
    assert contribution_sentence(items) == "申报与按规定应缴一致，没有差额。"
    assert "单位缴费3条、净少报5.00元" in contribution_sentence(
        items.assign(wrong_count=3, difference_yuan=-5.0)
    )


# --- on the sample region --------------------------------------------------------------------


def one_difference(ask: Callable[..., pd.DataFrame], home: Path) -> dict[str, Any]:
    """The largest difference of one settlement's fund, by its month."""
    found = ask(
        home,
        """
        select * from benefits.fct_benefit_difference
        where settlement_count = 1 order by abs(difference_yuan) desc, area_code limit 1
        """,
    )
    assert len(found) == 1, "the sample plants deviations"
    return found.iloc[0].to_dict()


def month_words(row: dict[str, Any], area_name: str, part: str) -> dict[str, str]:
    month = f"{row['event_month'][:4]}年{int(row['event_month'][4:])}月"
    return {"qx": "月", "qi": month, "qu": area_name, "yw": part}


def name_of(ask: Callable[..., pd.DataFrame], home: Path, area: str) -> str:
    found = ask(home, "select area_name from core.dim_area where area_code = $area", {"area": area})
    return str(found["area_name"].iloc[0])


@pytest.mark.pipeline
def test_differences_by_cause_and_the_settlement_behind_them(
    demo_home: Path, open_page: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    row = one_difference(ask, demo_home)
    words = month_words(row, name_of(ask, demo_home, row["area_code"]), "待遇复算")
    app = open_page("region", demo_home, **words)
    cause = ask(
        demo_home,
        "select name_zh from benefits.dim_benefit_text where text_kind_code = 'cause' and text_code = $code",
        {"code": row["cause_code"]},
    )["name_zh"].iloc[0]
    assert f">{cause}<" in tables(app)
    listed = frame_with(app, "结算编号")
    signed = [fmt(value, "元", signed=True) for value in listed["实际 − 应付（元）"]]
    assert fmt(row["difference_yuan"], "元", signed=True) in signed
    place = signed.index(fmt(row["difference_yuan"], "元", signed=True))
    settlement = str(listed["结算编号"].iloc[place])
    assert listed["人员（掩码）"].str.fullmatch(r"[0-9a-f]{8}…").all()

    next(box for box in app.text_input if box.key == "js").set_value(settlement)
    next(button for button in app.button if button.key == "settlement_open").click()
    app.run()
    assert not app.exception and not app.error
    assert f"结算 {settlement}" in texts(app)
    assert "与规定不符" in texts(app)
    shown = tables(app)
    assert ">算法<" in shown and "起付线" in shown
    assert f">{fmt(row['difference_yuan'], '元', signed=True)}<" in shown
    assert f">{fmt(row['expected_yuan'], '元')}<" in shown


@pytest.mark.pipeline
@pytest.mark.parametrize("grouping", ["统筹区", "机构", "经办人"])
def test_differences_add_up_in_every_grouping(
    grouping: str, demo_home: Path, open_page: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    row = one_difference(ask, demo_home)
    year = row["event_month"][:4]
    app = open_page("region", demo_home, qx="年", qi=f"{year}年", qu="全区", yw="待遇复算", fz=grouping)
    total = ask(
        demo_home,
        "select sum(settlement_count) as n, sum(difference_yuan) as yuan from benefits.fct_benefit_difference"
        " where substr(event_month, 1, 4) = $year",
        {"year": year},
    ).iloc[0]
    said = next(
        caption.value
        for caption in app.caption
        if caption.value.startswith("共 ") and "差额合计" in caption.value
    )
    assert f"共 {fmt(total['n'], '行')} 行，差额合计 {fmt(total['yuan'], '元')} 元" in said


@pytest.mark.pipeline
def test_a_link_opens_a_settlement(
    demo_home: Path, open_page: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    settled = ask(
        demo_home,
        "select settlement_id from benefits.fct_benefit_replay where status_code = 'replayed'"
        " and difference_yuan = 0 and expected_yuan > 0 order by 1 limit 1",
    )["settlement_id"].iloc[0]
    app = open_page("region", demo_home, yw="待遇复算", js=settled)
    assert f"结算 {settled}" in texts(app)
    assert "一分不差" in texts(app)
    # as a form in Chinese writes it
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in settled)
    assert f"结算 {settled}" in texts(open_page("region", demo_home, yw="待遇复算", js=wide))
    lost = open_page("region", demo_home, yw="待遇复算", js="no-such-settlement")
    assert "没有找到结算 no-such-settlement" in texts(lost)


@pytest.mark.pipeline
def test_a_row_of_a_figure_opens_below_it(
    demo_home: Path, open_page: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    year = ask(
        demo_home,
        "select max(period_code) as code from prefecture_comparison.fct_spending_driver where period_type = 'year'",
    )["code"].iloc[0]
    app = open_page("region", demo_home, xz="职工", qx="年", qi=f"{year}年", qu="赤峰市", yw="支出驱动")
    next(button for button in app.button if button.key == "driver_source_open").click()
    app.run()
    assert any("点一行，看这笔结算怎样算出来" in caption.value for caption in app.caption)


@pytest.mark.pipeline
def test_contributions_by_item(
    demo_home: Path, open_page: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    found = ask(
        demo_home,
        "select * from benefits.fct_contribution_replay where area_code = '150400' and status_code = 'replayed'"
        " and item_code = 'unit' order by period_code desc limit 1",
    ).iloc[0]
    month = f"{found['period_code'][:4]}年{int(found['period_code'][4:])}月"
    app = open_page("region", demo_home, xz="职工", qx="月", qi=month, qu="赤峰市", yw="缴费复算")
    shown = tables(app)
    assert ">单位缴费<" in shown
    assert f">{fmt(found['expected_yuan'], '万元')}<" in shown
    assert f">{fmt(found['declared_yuan'], '万元')}<" in shown


@pytest.mark.pipeline
def test_what_needs_an_approval_stands_on_the_policy_page(
    demo_home: Path, open_page: Callable[..., Any]
) -> None:
    text = texts(open_page("policy", demo_home))
    assert "费率调整：" in text and "统筹区自行规定的待遇：" in text
