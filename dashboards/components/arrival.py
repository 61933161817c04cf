"""报送: who delivered what, area by month, for the funds' statements and for each group of business feeds."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.components.frame import View, arrival_text
from dashboards.components.state import prepare
from dashboards.components.tables import Col, download_row, show_table
from dashboards.labels import fmt, period_label
from shouzhi.words import ARRIVAL_SYMBOL, ARRIVAL_TEXT, FEED_ARRIVAL_TEXT, UNDATED

STATEMENTS = "基金报表"
EVERY_FEED = "全部"
FEED_COLUMNS = [
    Col("feed_group_name", header="数据类别"),
    Col("feed_name", header="数据种类", width=180),
    Col("first_text", header="最早月份"),
    Col("last_text", header="最晚月份"),
    Col("area_count", "count", "报送地区数"),
    Col("missing_count", "count", "未报送格数"),
    Col("loaded_rows", "count", "入库行数"),
    Col("loaded_yuan", "yuan", "入库金额"),
    Col("quarantined_rows", "count", "隔离行数"),
    Col("last_delivery_no", "count", "最近批次"),
]
BAD = (ARRIVAL_SYMBOL["missing"], ARRIVAL_SYMBOL["partly"])


def arrival_block(view: View) -> None:
    """The group of data, then its matrix."""
    feeds = view.rows("feeds")
    groups = dict(zip(feeds["feed_group_name"], feeds["feed_group_code"], strict=True))
    if groups:
        names = [STATEMENTS, *groups] if view.has_statements else [*groups, STATEMENTS]
        prepare("sj", names, names[0], "数据类别")
        chosen = st.segmented_control("数据类别", names, key="sj", required=True)
        if chosen not in (STATEMENTS, None):
            feed_matrix(view, groups[chosen], feeds[feeds["feed_group_name"] == chosen])
            return
    statement_matrix(view)


def statement_matrix(view: View) -> None:
    """Area × period of the funds' statements."""
    arrival = view.rows("arrival")
    if not view.has_statements:
        st.info("没有收到基金收支表，只有业务数据。", icon=":material/inbox:")
        return
    if arrival.empty:
        st.info("× 不适用：这个数据源没有按期报送的要求。", icon=":material/inbox:")
        return
    st.markdown(f"**{arrival_text(view)}**")
    st.caption(
        "　".join(f"{ARRIVAL_SYMBOL[code]} {text}" for code, text in ARRIVAL_TEXT.items())
        + "　（基金指所选险种下的各项基金，不含调剂金；不设应报单位的地区没有报的期为“不要求”）"
    )
    in_time = arrival.sort_values("period_end_date")
    draw(view, arrival, list(dict.fromkeys(in_time["period_code"]))[::-1], "period_code", "报送情况")


def feed_matrix(view: View, group: str, feeds: pd.DataFrame) -> None:
    """Area × month of a group of feeds, or of one of them; what each feed holds stands below."""
    names = dict(zip(feeds["feed_name"], feeds["feed_code"], strict=True))
    options = [EVERY_FEED, *names]
    prepare("sz", options, EVERY_FEED, "数据种类")
    feed = EVERY_FEED
    if len(names) > 1:
        feed = str(st.segmented_control("数据种类", options, key="sz", required=True) or EVERY_FEED)
    arrival = view.rows("feed_arrival", feed_group=group, feed=names.get(feed, "*"))
    missing = int((arrival["arrival_code"] == "missing").sum())
    partly = int((arrival["arrival_code"] == "partly").sum())
    st.markdown(
        f"**{len(arrival)}格中未报送{fmt(missing, '个', with_unit=True)}"
        f"{f'、部分报送{partly}个' if partly else ''}**（一格为一个统筹区的一个业务月份）"
    )
    st.caption(
        "　".join(f"{ARRIVAL_SYMBOL[code]} {text}" for code, text in FEED_ARRIVAL_TEXT.items())
        + "　（月份为业务发生月；按月的数据只要有统筹区报了该月，其余统筹区即应报；旗县并入所属统筹区）"
    )
    months = sorted(set(arrival["event_month"]) - {"all"}, reverse=True)
    undated = ["all"] if (arrival["event_month"] == "all").any() else []
    draw(view, arrival, [*undated, *months], "event_month", f"业务数据报送情况_{group}")
    st.markdown("**各数据种类的内容**")
    shown = feeds.assign(
        first_text=[month_text(code) for code in feeds["period_code_first"]],
        last_text=[month_text(code) for code in feeds["period_code_last"]],
    )
    show_table(view, shown, FEED_COLUMNS, key="feeds", name="业务数据种类")


def month_text(code: object) -> str:
    """A month as readers write it; a feed whose rows have none is 不分月."""
    return period_label(code) if isinstance(code, str) and code != "all" else UNDATED


def column_text(code: str) -> str:
    """A column's header, short: ``2025-09``, ``2025Q3``; rows without a month are 不分月."""
    if code == "all":
        return UNDATED
    return f"{code[:4]}-{code[4:]}" if code[4:].isdigit() else code


def draw(view: View, arrival: pd.DataFrame, periods: list[str], column: str, name: str) -> None:
    """The matrix itself, the newest period first."""
    arrival["mark"] = [ARRIVAL_SYMBOL[code] for code in arrival["arrival_code"]]
    order = arrival[["area_name", "sort_order"]].drop_duplicates().sort_values("sort_order")["area_name"]
    matrix = (
        arrival.pivot(index="area_name", columns=column, values="mark")
        .reindex(index=order, columns=periods)
        .fillna(ARRIVAL_SYMBOL["not_expected"])
    )
    matrix.columns = [column_text(code) for code in matrix.columns]
    matrix = matrix.rename_axis("统筹区").reset_index()
    style = matrix.style.map(
        lambda mark: "color: #8F0A1A; font-weight: 700" if mark in BAD else "color: #35526B",
        subset=list(matrix.columns[1:]),
    )
    st.dataframe(
        style,
        hide_index=True,
        width="stretch",
        height="content" if len(matrix) <= 20 else 680,
        key="arrival",
        alt="各统筹区各期报送情况",
        column_config={"统筹区": st.column_config.TextColumn(pinned=True, width=130)}
        | {title: st.column_config.TextColumn(width=72) for title in matrix.columns[1:]},
    )
    download_row(view, matrix, name, "arrival")
