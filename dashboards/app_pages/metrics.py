"""指标口径: the catalogue of metrics with formula, clause, lineage, checks, and the pages that use them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import data
from dashboards.components.catalogue import (
    lineage_dot,
    pages_using,
    relations_in,
    upstream,
    with_relation_names,
)
from dashboards.components.frame import View, breadcrumb, view_of_page
from dashboards.components.provenance import Figure, source_button
from dashboards.components.state import prepare, selected_rows, shared_parameters
from dashboards.components.tables import Col, documented, show_table
from dashboards.labels import is_missing, word

CATALOGUE_COLUMNS = [
    Col("label_zh", header="指标", width="medium"),
    Col("metric_code", header="代码", width="medium"),
    Col("unit_zh", header="单位"),
    Col("direction", "word", "方向"),
    Col("definition", header="口径", width="large"),
    Col("doc_text", header="依据", width=220),
]
CHECK_COLUMNS = [
    Col("check_id", header="编号", width=62),
    Col("check_name", header="检查", width=236),
    Col("kind", "word", "性质", 76),
    Col("status", "word", "最近结果", 72),
    Col("violated_count", "count", "不符条数", 72),
    Col("denominator_count", "count", "检查条数", 82),
    Col("doc_text", header="依据", width=340),
    Col("clause", header="条款", width=140),
    Col("endangered_marts", header="影响", width=260),
    Col("tool", "word", "工具", 80),
]
LINEAGE_COLUMNS = [
    Col("relation_name", header="表", width="medium"),
    Col("depends_on", header="由此生成", width="large"),
    Col("tests", header="测试", width="large"),
]
ENTRY = (
    ("definition", "口径"),
    ("formula", "算式"),
    ("unit_zh", "单位"),
    ("direction", "方向"),
    ("parameters", "参数"),
    ("doc_text", "文件依据"),
    ("clause", "条款"),
)


def open_metric() -> None:
    """A click on a catalogue row: the same as choosing the metric in the select box."""
    for position in selected_rows("catalogue"):
        st.session_state["m"] = st.session_state["_metrics"][position]


def matching(metrics: pd.DataFrame, text: str) -> pd.DataFrame:
    """Catalogue rows in which every word of the search text occurs somewhere."""
    whole = metrics.fillna("").astype(str).agg(" ".join, axis=1).str.lower()
    for part in text.lower().split():
        metrics = metrics[whole.loc[metrics.index].str.contains(part, regex=False)]
    return metrics.reset_index(drop=True)


def is_of_a_balance(view: View, code: str, fund: str) -> bool:
    """Whether a metric is a figure of the area's balance; those of other marts are traced on their own pages."""
    row = data.first(view.rows("balance", area_code=str(view.area_code), fund_code=fund))
    return row is not None and code in row


def entry_card(view: View, entry: dict[str, Any]) -> None:
    """One metric in full."""
    with st.container(border=True):
        st.markdown(f"#### {entry['label_zh']}　`{entry['metric_code']}`")
        for column, label in ENTRY:
            value = entry.get(column)
            if not is_missing(value) and value != "":
                st.markdown(f"**{label}**　{word(column, value)}")
        fund = view.fund(view.area_code) if view.area_code else None
        if fund and is_of_a_balance(view, str(entry["metric_code"]), fund):
            source_button(view, Figure(str(entry["metric_code"]), str(view.area_code), fund), "metric_source")
    lineage = view.rows("lineage")
    relations = relations_in(entry)
    st.markdown("**数据血缘**（模型 → 发布表；再往前的来源见“查看数据”）")
    known = [
        name
        for name in lineage["relation_name"]
        if any(str(name).endswith(r.split(".")[-1]) for r in relations)
    ]
    if known:
        st.graphviz_chart(lineage_dot(lineage, known), width="content")
        with st.expander("查看数据"):
            found = lineage[lineage["relation_name"].isin(upstream(lineage, known))]
            show_table(view, found, LINEAGE_COLUMNS, key="lineage", name="数据血缘")
    else:
        st.caption("目录没有登记这个指标的来源表。")
    st.markdown("**用到它的页面**")
    used = pages_using(str(entry["metric_code"]), relations)
    with st.container(horizontal=True, gap="small"):
        for page, title in used:
            st.page_link(
                st.session_state["_pages"][page],
                label=title,
                icon=":material/arrow_forward:",
                query_params=shared_parameters(),
            )
    if not used:
        st.caption("目前没有页面显示它。")


def main() -> None:
    """The page."""
    view = view_of_page("指标口径", without=("db",))
    if view is None:
        return
    breadcrumb(["数据与口径", "指标口径"])
    metrics = documented(view.rows("metrics"))
    if metrics.empty:
        st.info("这个数据版本没有指标目录。", icon=":material/inbox:")
        return
    labels = dict(zip(metrics["metric_code"], metrics["label_zh"], strict=True))
    codes = list(labels)
    words = {label: code for code, label in labels.items()}
    prepare("m", codes, codes[0], "指标", translate=words.get)
    left, right = st.columns(2)
    text = left.text_input("搜索指标（名称、口径、算式、依据）", key="ms", placeholder="例如：可支付 月数")
    found = matching(metrics, text)
    right.selectbox("指标代码", codes, placeholder="请选择", key="m", help="链接 /metrics?m=代码 直达")
    st.session_state["_metrics"] = found["metric_code"].tolist()
    show_table(
        view,
        found,
        CATALOGUE_COLUMNS,
        key="catalogue",
        name="指标目录",
        on_select=open_metric,
        height=300 if len(found) > 7 else None,
        empty=f"没有包含“{text}”的指标。",
    )
    entry = metrics[metrics["metric_code"] == st.session_state["m"]].iloc[0].to_dict()
    entry_card(view, entry)
    st.subheader("检查目录与最近结果", anchor=False)
    checks = with_relation_names(view, documented(view.rows("checks")), "endangered_marts")
    show_table(view, checks, CHECK_COLUMNS, key="all_checks", name="检查目录")


main()
