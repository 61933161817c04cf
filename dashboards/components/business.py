"""业务分析 of one area: what moved spending, who is insured, what came in, business against statement, the replays.

One part at a time is drawn: the choice stands in the address bar (``yw``), and a page stays light.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import data
from dashboards.charts_business import collection_bars, driver_bars, insured_bars, reconciliation_bars
from dashboards.components.business_source import BusinessFigure, figure_picker
from dashboards.components.cards import chart_card
from dashboards.components.frame import View
from dashboards.components.replay import benefit_replay, contribution_replay
from dashboards.components.state import prepare
from dashboards.components.tables import Col, wrapped_table
from dashboards.labels import NOT_REPORTED, fmt, is_missing, period_label, word

DRIVER = "prefecture_comparison.fct_spending_driver"
INSURED = "enrolment.fct_insured_month"
COLLECTION = "fund_balance.fct_collection"
RECONCILIATION = "fund_balance.fct_reconciliation"

DRIVER_COLUMNS = [
    Col("medical_kind_code", "word", "医疗类别"),
    Col("head_count", "persons", "平均参保人数"),
    Col("visits_per_head", "times", "人均就诊次数"),
    Col("cost_per_visit_yuan", "each", "次均费用（元）"),
    Col("fund_share_ratio", "share", "基金支付比例"),
    Col("spending_yuan", "wan", "基金支付"),
    Col("prior_spending_yuan", "wan", "上年同期"),
    Col("growth_yuan", "wan_signed", "增减"),
    Col("growth_ratio", "ratio", "同比"),
    Col("heads_contribution_yuan", "wan_signed", "人数贡献"),
    Col("visits_contribution_yuan", "wan_signed", "就诊次数贡献"),
    Col("cost_contribution_yuan", "wan_signed", "次均费用贡献"),
    Col("share_contribution_yuan", "wan_signed", "支付比例贡献"),
    Col("unsplit_contribution_yuan", "wan_signed", "不可分解"),
]
INSURED_COLUMNS = [
    Col("scheme_code", "word", "险种"),
    Col("person_group_code", "word", "人群"),
    Col("insured_count", "persons", "月末参保人数"),
    Col("prior_insured_count", "persons", "上年同月"),
    Col("double_enrolled_count", "persons", "重复参保"),
    Col("prior_double_enrolled_count", "persons", "上年同月重复参保"),
]
COLLECTION_COLUMNS = [
    Col("fund_short", header="基金"),
    Col("item_code", "word", "项目"),
    Col("payer_code", "word", "缴费方"),
    Col("due_yuan", "wan"),
    Col("collected_of_due_yuan", "wan"),
    Col("ratio_text", header="征缴率（到位率）"),
    Col("on_time_yuan", "wan"),
    Col("late_yuan", "wan"),
    Col("collected_yuan", "wan"),
    Col("collected_arrears_yuan", "wan"),
    Col("refund_yuan", "wan"),
    Col("prepaid_yuan", "wan"),
    Col("arrears_yuan", "wan"),
    Col("arrears_short_yuan", "wan"),
    Col("arrears_medium_yuan", "wan"),
    Col("arrears_long_yuan", "wan"),
]
RECONCILIATION_COLUMNS = [
    Col("fund_short", header="基金"),
    Col("line_name", header="科目"),
    Col("business_yuan", "wan", "业务"),
    Col("unpaid_yuan", "wan_signed", "时间差"),
    Col("deduction_yuan", "wan_signed", "审核扣款"),
    Col("deposit_yuan", "wan_signed", "保证金"),
    Col("case_group_yuan", "wan_signed", "病组结算"),
    Col("prepayment_yuan", "wan_signed", "预付与收回"),
    Col("other_payment_yuan", "wan_signed", "其他支付"),
    Col("unexplained_yuan", "wan_signed", "原因不明"),
    Col("statement_yuan", "wan", "报表"),
    Col("difference_yuan", "wan_signed", "报表 − 业务"),
]
LINE_ORDER = "benefit_expenditure"
PAYERS_ONLY = "payers_only"
NOT_APPLIED = "× 不适用"


def nothing(view: View, part: str, fund: str, needs: str) -> None:
    """Why a part is empty: the source has none of it, or this area has none in this period."""
    spans = view.rows(
        "business_spans",
        area_code=str(view.area_code),
        fund_codes=view.parts(fund, str(view.area_code)),
    )
    span = data.first(spans[spans["part_code"] == part]) or {}
    if not span.get("rows_count"):
        st.markdown(f"× 不适用：这个数据源没有{needs}。")
        return
    if is_missing(span.get("first_period_code")):
        st.markdown(f"× 不适用：{view.shown_area}没有{view.scheme_label}的{needs}。")
        return
    first, last = (period_label(str(span[f"{end}_period_code"])) for end in ("first", "last"))
    st.markdown(
        f"**{NOT_REPORTED}**　{view.shown_area}{view.period_text}没有（或不全）{needs}；有数的期间：{first}至{last}。"
    )


def coverage_note(view: View, row: dict[str, Any]) -> str:
    """How many areas stand behind the region's figure, where some are missing."""
    expected = int(view.areas["is_expected_reporter"].astype(bool).sum())
    count = row.get("areas_reported_count")
    if not view.whole_region or is_missing(count) or int(count) >= expected:
        return ""
    return f"全区为{int(count)}/{expected}个统筹区之和，缺报的不计入。"


def drivers(view: View, fund: str) -> None:
    """Heads × visits × cost × share, this year and last, and what each factor contributed."""
    found = view.rows("spending_drivers", area_code=str(view.area_code))
    whole = data.first(found[found["medical_kind_code"] == "all"])
    if whole is None:
        nothing(view, "drivers", fund, "参保与结算数据")
        return
    if is_missing(whole["growth_yuan"]):
        st.markdown(
            f"**{view.period_text}基金支付 {fmt(whole['spending_yuan'], '万元')} 万元**　"
            "上年同期没有数，不能分解增减。"
        )
    else:
        chart_card(
            view, driver_bars(whole, view.shown_area, view.scheme_label, view.period_code), key="drivers"
        )
    wrapped_table(view, found, DRIVER_COLUMNS, key="driver_kinds", name="支出驱动")
    note = coverage_note(view, whole)
    if view.whole_region and not is_missing(whole["areas_compared_count"]):
        compared, reported = int(whole["areas_compared_count"]), int(whole["areas_reported_count"])
        if 0 < compared < reported:
            note += f"其中{compared}个有上年同期，其余的增减列为不可分解。"
    if not is_missing(whole["unsplit_contribution_yuan"]) and float(whole["unsplit_contribution_yuan"]) != 0:
        note += "不可分解：某统筹区某类别有一年没有支付，不能取对数，其增减单列。"
    if view.scheme == "all":
        note += "合计的平均参保人数为职工、居民两险种月末人数的平均数之和，两险都参保的计两次；“参保”里合计只计一次。"
    st.caption(
        "基金支付（结算口径）＝ 平均参保人数 × 人均就诊次数 × 次均费用 × 基金支付比例；"
        "冲正计入冲正所在月，次均费用因此与比较指标的次均住院费用（发生口径，冲正不减）略有不同。"
        "与基金收支的待遇支出不同：后者按实际拨付，差额见“业财对账”。" + note
    )
    figures = [
        BusinessFigure("spending_yuan", DRIVER, whole, f"{view.scheme_label}基金支付", "settlement"),
        *(
            BusinessFigure(
                f"{name}_contribution_yuan",
                DRIVER,
                whole,
                f"{label}的贡献",
                "settlement",
            )
            for name, label in (
                ("heads", "人数"),
                ("visits", "就诊次数"),
                ("cost", "次均费用"),
                ("share", "支付比例"),
            )
        ),
    ]
    kinds = [
        BusinessFigure(
            "spending_yuan",
            DRIVER,
            row,
            f"{word('medical_kind_code', row['medical_kind_code'])}基金支付",
            "settlement",
        )
        for row in found[found["medical_kind_code"] != "all"].to_dict("records")
        if row["visit_count"]
    ]
    figure_picker(view, [*figures, *kinds], "driver_source")


def insured(view: View, fund: str) -> None:
    """Who is insured at the month ends, by scheme and person group."""
    bound = {"area_code": str(view.area_code), "period_end": view.period_end}
    groups = view.rows("insured_groups", **bound)
    if groups.empty:
        nothing(view, "insured", fund, "参保数据")
        return
    series = view.rows("insured_months", **bound)
    chart_card(
        view, insured_bars(series, view.shown_area, view.scheme, view.scheme_label), key="insured_course"
    )
    wrapped_table(view, groups, INSURED_COLUMNS, key="insured_groups", name="参保人数")
    whole = groups[(groups["scheme_code"] == view.scheme) & (groups["person_group_code"] == "all")]
    st.caption(
        "月末处于参保状态的不重复人数；合计中两个险种都参保的只计一次。"
        + coverage_note(view, data.first(whole) or {})
    )
    figures = [
        BusinessFigure(
            "insured_count",
            INSURED,
            row,
            f"{word('scheme_code', row['scheme_code'])}·{word('person_group_code', row['person_group_code'])}",
            "spell",
        )
        for row in groups.to_dict("records")
    ]
    figure_picker(view, figures, "insured_source")


def payers_note(found: pd.DataFrame) -> str:
    """Why a fund has no ratio of collection: its feed books those who paid and nobody else."""
    names = found.loc[found["collection_state_code"] == PAYERS_ONLY, "fund_short"].unique()
    if not len(names):
        return ""
    return (
        f"{'、'.join(names)}的征缴率不适用：各地从未登记过未缴或逾期的应收（只登记已缴费的人时如此），"
        "应收恒等于已收，不能反映该缴未缴；参保扩面看“参保”。"
    )


def collection(view: View, fund: str) -> None:
    """What was due, what came of it, and what is still owed, by fund and payer."""
    found = view.rows("collection", area_code=str(view.area_code))
    if found.empty:
        nothing(view, "collection", fund, "征缴与补助数据")
        return
    found["fund_short"] = [view.fund_name(code) for code in found["fund_code"]]
    found["ratio_text"] = [
        NOT_APPLIED if state == PAYERS_ONLY else fmt(ratio, "%")
        for ratio, state in zip(found["collection_ratio"], found["collection_state_code"], strict=True)
    ]
    whole = found[(found["payer_code"] == "all") & found["collection_ratio"].notna()].copy()
    if len(whole):
        whole["label"] = [f"{row.fund_short}{word('item_code', row.item_code)}" for row in whole.itertuples()]
        chart_card(view, collection_bars(whole, view.shown_area, view.period_code), key="collection_bars")
    wrapped_table(view, found, COLLECTION_COLUMNS, key="collection_rows", name="征缴与补助")
    st.caption(
        "应收按做账月份、不含退费；本期到账含补缴往期、预缴下年和退费，与基金收支的保险费收入同口径；"
        "期末欠费自首个报送月起累计。财政补助的应收为全年应补助，征缴率即到位率。职工含划入个人账户部分。"
        + payers_note(found)
        + coverage_note(view, data.first(found) or {})
    )
    figures = [
        BusinessFigure(
            metric,
            COLLECTION,
            row,
            f"{row['fund_short']}{word('item_code', row['item_code'])}·{label}",
            "subsidy" if row["item_code"] == "subsidy" else "contribution",
        )
        for row in found[found["payer_code"] == "all"].to_dict("records")
        for metric, label in (
            ("due_yuan", "应收"),
            ("collected_of_due_yuan", "其中已收"),
            ("collected_yuan", "本期到账"),
            ("arrears_yuan", "期末欠费"),
        )
        if not is_missing(row[metric])
    ]
    figure_picker(view, figures, "collection_source")


def reconciliation(view: View, fund: str) -> None:
    """Business sums against the statement's lines, the difference by cause."""
    found = view.rows(
        "reconciliation",
        area_code=str(view.area_code),
        fund_codes=view.parts(fund, str(view.area_code)),
    )
    if found.empty:
        nothing(view, "reconciliation", fund, "可与报表对账的业务数据")
        return
    found["fund_short"] = [view.fund_name(code) for code in found["fund_code"]]
    benefits = found[found["line_code"] == LINE_ORDER]
    split = data.first(benefits if len(benefits) else found)
    if split is not None and not is_missing(split["difference_yuan"]):
        chart_card(
            view, reconciliation_bars(split, view.shown_area, view.period_code), key="reconciliation_bars"
        )
    wrapped_table(view, found, RECONCILIATION_COLUMNS, key="reconciliation_rows", name="业财对账")
    st.caption(
        "差额＝报表 − 业务，等于各项原因之和。待遇支出按收付实现制：结算后经审核扣款、预留保证金、病组结算和拨付时间差才成为支出。"
        + coverage_note(view, split or {})
    )
    figures = [
        BusinessFigure(
            "difference_yuan", RECONCILIATION, row, f"{row['fund_short']}·{row['line_name']}", "payment"
        )
        for row in found.to_dict("records")
    ]
    figure_picker(view, figures, "reconciliation_source")


PARTS: dict[str, Callable[[View, str], None]] = {
    "支出驱动": drivers,
    "参保": insured,
    "征缴": collection,
    "业财对账": reconciliation,
    "待遇复算": benefit_replay,
    "缴费复算": contribution_replay,
}


def business_block(view: View, fund: str) -> None:
    """The chosen part of the business analysis."""
    st.subheader("业务分析", anchor=False)
    first = next(iter(PARTS))
    prepare("yw", list(PARTS), first, "业务分析")
    chosen = st.segmented_control(
        "业务分析", list(PARTS), key="yw", required=True, label_visibility="collapsed"
    )
    PARTS[chosen or first](view, fund)
