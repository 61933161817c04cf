"""The rows behind a figure of the business feeds: the largest of them, their number and sum, and whether that is the figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import data
from dashboards.components.frame import View
from dashboards.components.settlement import settlement_block
from dashboards.components.state import selected_rows
from dashboards.components.tables import Col, show_table
from dashboards.labels import fmt, is_missing


@dataclass(frozen=True)
class Drill:
    """What a figure drills to: its query, the columns shown, and the column that the rows add up to."""

    key: str
    rows: Callable[[View, Mapping[str, str]], pd.DataFrame]
    what: str
    columns: tuple[Col, ...]
    figure: str | None = None
    figure_word: str = "上面的数"


SETTLEMENT = Drill(
    "rows_settlement",
    lambda view, bound: view.rows("rows_settlement", **bound),
    "结算记录",
    (
        Col("settlement_id", header="结算编号"),
        Col("person_mask", header="人员（掩码）"),
        Col("area_name", header="统筹区"),
        Col("insutype_name", header="险种"),
        Col("institution_code", header="机构"),
        Col("medical_kind_code", "word", "类别"),
        Col("event_month", "month", "结算月"),
        Col("service_end_date", "date", "出院（就诊）日"),
        Col("is_reversal", "yes", "冲正"),
        Col("medical_fee_yuan", "yuan", "医疗费用"),
        Col("amount_yuan", "yuan", "基金支付"),
    ),
    "spending_yuan",
    "基金支付",
)
CONTRIBUTION = Drill(
    "rows_contribution",
    lambda view, bound: view.rows("rows_contribution", **bound),
    "缴费记录",
    (
        Col("contribution_id", header="缴费编号"),
        Col("person_mask", header="人员（掩码）"),
        Col("employer_key", header="单位编号"),
        Col("area_name", header="统筹区"),
        Col("insutype_name", header="险种"),
        Col("due_month", "month", "做账月"),
        Col("collected_month", "month", "到账月"),
        Col("contribution_kind_code", "word", "种类"),
        Col("amount_yuan", "yuan", "金额"),
    ),
)
SUBSIDY = Drill(
    "rows_subsidy",
    lambda view, bound: view.rows("rows_subsidy", **bound),
    "补助记录",
    (
        Col("area_name", header="统筹区"),
        Col("county_code", header="区划"),
        Col("year_code", header="年度"),
        Col("government_level_code", header="级次"),
        Col("head_count", "persons", "补助人数"),
        Col("standard_yuan", "yuan", "标准"),
        Col("due_yuan", "yuan", "应补助"),
        Col("arrived_yuan", "yuan", "到位"),
        Col("arrived_date", "date", "到位日期"),
        Col("amount_yuan", "yuan", "计入本数"),
    ),
)
PAYMENT = Drill(
    "rows_payment",
    lambda view, bound: view.rows("rows_payment", **bound),
    "拨付记录",
    (
        Col("payment_id", header="拨付编号"),
        Col("area_name", header="统筹区"),
        Col("source_code", "word", "拨付来源"),
        Col("payee_code", header="收款机构"),
        Col("charge_month", "month", "费款月"),
        Col("payment_month", "month", "拨付月"),
        Col("amount_yuan", "yuan", "拨付金额"),
    ),
    "statement_yuan",
    "报表数",
)
SPELL = Drill(
    "rows_spell",
    lambda view, bound: view.rows("rows_spell", **bound),
    "参保记录",
    (
        Col("person_mask", header="人员（掩码）"),
        Col("area_name", header="统筹区"),
        Col("insutype_name", header="险种"),
        Col("person_group_code", "word", "人群"),
        Col("begin_date", "date", "参保日期"),
        Col("pause_date", "date", "暂停日期"),
        Col("employer_key", header="单位编号"),
    ),
)
DRILLS = {
    "settlement": SETTLEMENT,
    "contribution": CONTRIBUTION,
    "subsidy": SUBSIDY,
    "payment": PAYMENT,
    "spell": SPELL,
}


def bound_to(view: View, metric: str, row: Mapping[str, Any]) -> dict[str, str]:
    """What the row queries are asked with: the view's area and months, and the figure's own keys."""
    months = data.first(view.rows("period_months")) or {}
    return {
        "area_code": str(view.area_code),
        "period_end": view.period_end,
        "first_month": str(months.get("first_month")),
        "last_month": str(months.get("last_month")),
        "kind": str(row.get("medical_kind_code", "all")),
        "metric": metric,
        "row_scheme": str(row.get("scheme_code", view.scheme)),
        "row_fund": str(row.get("fund_code", "")),
        "row_group": str(row.get("person_group_code", "all")),
    }


def agreement(drill: Drill, metric: str, row: Mapping[str, Any], total: Mapping[str, Any]) -> str:
    """How many rows there are and what they add up to, against the figure that was asked about."""
    count = int(total["rows_count"])
    if is_missing(total["rows_yuan"]):
        figure = row.get(metric)
        same = not is_missing(figure) and int(figure) == count
        said = "与上面的数一致" if same else f"上面的数为 {fmt(figure, '人')} 人"
        return f"共 {fmt(count, '人')} 人，{said}。"
    figure = row.get(drill.figure or metric)
    text = f"共 {fmt(count, '行')} 行，合计 {fmt(total['rows_yuan'], '元')} 元"
    if is_missing(figure):
        return text + "。"
    if fmt(figure, "元") == fmt(total["rows_yuan"], "元"):
        return f"{text}，与{drill.figure_word}一致。"
    why = "" if drill is not PAYMENT else "，差额为报表四舍五入或原因不明部分"
    return f"{text}{why}；{drill.figure_word}为 {fmt(figure, '元')} 元。"


def rows_block(view: View, name: str | None, metric: str, row: Mapping[str, Any]) -> None:
    """The rows of a figure with their number, their sum and downloads."""
    if name is None or (name == "spell" and row.get("scheme_code") == "all"):
        st.caption("这个数由其他数算出，没有自己的明细行；请看它的组成部分。")
        return
    if name == "payment" and row.get("line_code") != "benefit_expenditure":
        st.caption("这个科目的业务明细在“征缴”中追溯。")
        return
    drill = DRILLS[name]
    if not data.has_rows(view.build):
        st.caption("这个数据版本没有保存明细行。")
        return
    bound = bound_to(view, metric, row)
    shown = drill.rows(view, bound)
    total = data.first(shown)
    if total is None:
        st.caption(f"没有{drill.what}。")
        return
    st.caption(agreement(drill, metric, row, total))
    # a row of settlements opens its arithmetic below: a dialog cannot open another one
    key = f"{drill.key}_table"
    steps = drill is SETTLEMENT
    show_table(
        view,
        shown,
        list(drill.columns),
        key=key,
        name=drill.what,
        height=300,
        on_select=(lambda: None) if steps else None,
    )
    if int(total["rows_count"]) > data.ROWS_SHOWN:
        st.caption(f"只列金额最大的 {data.ROWS_SHOWN} 行；合计是全部行的。")
    if steps:
        st.caption("点一行，看这笔结算怎样算出来（算给我看）。")
        for position in selected_rows(key):
            settlement_block(view, str(shown["settlement_id"].iloc[position]), "drilled")
