"""待遇复算 and 缴费复算 of an area: what was paid or declared against what the rules give, by cause, place and item."""

from __future__ import annotations

import unicodedata
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import data
from dashboards.charts_business import difference_bars
from dashboards.components.cards import chart_card
from dashboards.components.frame import View
from dashboards.components.settlement import (
    OFF_FUND,
    OFF_FUND_NOTE,
    OUTSIDE_RULES,
    TITLE,
    cited_clauses,
    document_titles,
    explain_settlement,
)
from dashboards.components.state import is_fresh, prepare, prepare_text, selected_rows
from dashboards.components.tables import Col, show_table, wrapped_table
from dashboards.labels import NOT_REPORTED, fmt, is_missing, period_label

GROUPINGS = {"原因": "cause", "统筹区": "area", "机构": "institution", "经办人": "operator"}
EVERY_GROUP = "全部"
REPLAYED = "replayed"

STATUS_COLUMNS = [
    Col("status_name", header="复算"),
    Col("reason_name", header="原因", width=320),
    Col("settlement_count", "count", "结算笔数"),
    Col("paid_yuan", "wan", "基金实际支付"),
]
FUND_COLUMNS = [
    Col("fund_short", header="基金"),
    Col("settlement_count", "count", "涉及笔数"),
    Col("paid_yuan", "wan", "实际支付"),
    Col("expected_yuan", "wan", "按规定应付"),
    Col("difference_yuan", "yuan_signed", "实际 − 应付"),
    Col("difference_count", "count", "有差额的笔数"),
]
GROUP_COLUMNS = [
    Col("group_name", header="分组", width=280),
    Col("settlement_count", "count", "笔数"),
    Col("overpaid_yuan", "yuan", "多付"),
    Col("underpaid_yuan", "yuan", "少付"),
    Col("difference_yuan", "yuan_signed", "实际 − 应付"),
    Col("paid_yuan", "yuan", "实际支付"),
    Col("expected_yuan", "yuan", "按规定应付"),
]
ROW_COLUMNS = [
    Col("settlement_id", header="结算编号", width=162),
    Col("area_name", header="统筹区", width=76),
    Col("event_month", "month", "结算月", 84),
    Col("fund_short", header="基金", width=78),
    Col("cause_name", header="原因", width=118),
    Col("paid_yuan", "yuan", "实际支付", 104),
    Col("expected_yuan", "yuan", "应付", 96),
    Col("difference_yuan", "yuan_signed", "实际 − 应付", 116),
    Col("institution_code", header="机构", width=112),
    Col("person_mask", header="人员（掩码）", width=92),
    Col("operator_mask", header="经办人（掩码）", width=112),
]


def due_columns(unit: str, width: int | None = None) -> list[Col]:
    """What the rules make due, what was declared (both in ``unit``) and the parts of the difference."""
    return [
        Col("expected_yuan", unit, "应缴" if width else "按规定应缴", width),
        Col("declared_yuan", unit, "申报", width),
        Col("difference_yuan", "yuan_signed", "申报 − 应缴", width and width + 8),
        Col("base_difference_yuan", "yuan_signed", "其中基数", width),
        Col("rate_difference_yuan", "yuan_signed", "其中费率", width),
        Col("other_difference_yuan", "yuan_signed", "其中其他", width),
    ]


ITEM_KEYS = [
    Col("insutype_name", header="险种", width=110),
    Col("item_name", header="项目", width=130),
    Col("span_text", header="期间"),
]
ITEM_COLUMNS = [
    *ITEM_KEYS,
    Col("row_count", "count", "记录数"),
    Col("wrong_count", "count", "不符"),
    *due_columns("wan"),
    Col("rule_text", header="依据", width=180),
]
COLLECTED_COLUMNS = [
    *ITEM_KEYS,
    Col("declared_yuan", "wan", "申报"),
    Col("collected_yuan", "wan", "已到账"),
    Col("arrears_yuan", "wan", "欠费"),
    Col("arrears_short_yuan", "wan", "其中不足3个月"),
    Col("arrears_medium_yuan", "wan", "3至12个月"),
    Col("arrears_long_yuan", "wan", "满12个月"),
]
# what is no money that somebody still has to pay: a share of what came in, and what was never declared
NOT_COLLECTED = ("account_credit", "early_retiree")
UNRULED_COLUMNS = [
    Col("insutype_name", header="险种", width=110),
    Col("item_name", header="项目", width=130),
    Col("status_name", header="复算"),
    Col("reason", header="原因", width=360),
    Col("row_count", "count", "记录数"),
    Col("declared_yuan", "wan", "申报"),
    Col("collected_yuan", "wan", "已到账"),
]
# an item belongs to one scheme: its name is enough here
AREA_COLUMNS = [
    Col("area_name", header="统筹区", width=118),
    Col("item_name", header="项目", width=176),
    Col("span_text", header="期间", width=84),
    Col("wrong_count", "count", "不符", 50),
    *due_columns("yuan", 108),
]
CONTRIBUTION_ROW_COLUMNS = [
    Col("contribution_id", header="缴费编号"),
    Col("person_mask", header="人员（掩码）"),
    Col("area_name", header="统筹区"),
    Col("insutype_name", header="险种"),
    Col("due_month", "month", "做账月"),
    Col("wrong_text", header="不符之处"),
    Col("base_yuan", "yuan", "申报基数"),
    Col("due_base_yuan", "yuan", "应有基数"),
    Col("declared_yuan", "yuan", "申报金额"),
    Col("expected_yuan", "yuan", "应缴金额"),
    Col("difference_yuan", "yuan_signed", "申报 − 应缴"),
    Col("credit_yuan", "yuan", "划入账户"),
    Col("due_credit_yuan", "yuan", "应划入"),
]


def asked_with(view: View) -> dict[str, str]:
    """What the replay's queries are asked with: the area and the months of the period."""
    months = data.first(view.rows("period_months")) or {}
    return {
        "area_code": str(view.area_code),
        "first_month": str(months.get("first_month")),
        "last_month": str(months.get("last_month")),
    }


def benefit_sentence(status: pd.DataFrame, funds: pd.DataFrame) -> str:
    """How many settlements were replayed, and how many of them were not paid as the rules give."""
    counts = status.groupby(["status_code", "status_name"], sort=False)["settlement_count"].sum()
    parts = [
        f"没有复算{fmt(count, '个')}笔（{name}）" if code == OUTSIDE_RULES else f"{name}{fmt(count, '个')}笔"
        for (code, name), count in counts.items()
        if count
    ]
    counted = "结算" + "、".join(parts)
    if REPLAYED not in set(status["status_code"]):
        return counted + "。"
    differing = funds[funds["difference_count"] > 0]
    if differing.empty:
        return counted + "；已复算的与规定一致，没有差额。"
    said = [
        f"{row.fund_short}{fmt(row.difference_count, '个')}笔、净{'多' if row.difference_yuan >= 0 else '少'}付"
        f"{fmt(abs(row.difference_yuan), '元')}元"
        for row in differing.itertuples()
    ]
    return counted + "；与规定不符：" + "；".join(said) + "。"


def benefit_replay(view: View, fund: str) -> None:
    """Every settlement of the period against the rules: coverage, funds, causes and places, then the settlements."""
    bound = asked_with(view)
    status = view.rows("benefit_status", **bound)
    if status.empty:
        nothing_replayed(view, view.rows("benefit_span", area_code=bound["area_code"]), "结算")
        return
    funds = view.rows("benefit_funds", **bound)
    funds["fund_short"] = [view.fund_name(code) for code in funds["fund_code"]]
    st.markdown(f"**{view.shown_area}{view.period_text}{benefit_sentence(status, funds)}**")
    causes = view.rows("benefit_differences", grouping="cause", **bound)
    if len(causes):
        chart_card(
            view, difference_bars(causes, view.shown_area, view.period_code), key="benefit_differences"
        )
    wrapped_table(
        view, funds, FUND_COLUMNS, key="benefit_funds", name="待遇复算_基金", empty="没有已复算的结算。"
    )
    st.caption(
        "按规定应付：按待遇参数（起付线、比例、限额和各层次序）逐笔计算，先后次序按结算时间，冲正在冲正时退回。"
        "这里是结算口径，冲正计入冲正所在月；参数和条款见“政策参数”。"
        + (OFF_FUND_NOTE if (funds["fund_code"] == OFF_FUND).any() else "")
    )
    open_states = status[status["status_code"] != REPLAYED].reset_index(drop=True)
    if len(open_states):
        st.markdown("**没有复算的**")
        wrapped_table(view, open_states, STATUS_COLUMNS, key="benefit_status", name="待遇复算_未复算")
    if len(causes):
        difference_groups(view, bound)
    settlement_search(view)


def nothing_replayed(view: View, spans: pd.DataFrame, what: str) -> None:
    """Why there is no replay: the source has no such rows, or this area has none in this period."""
    span = data.first(spans) or {}
    if not span.get("rows_count"):
        st.markdown(f"× 不适用：这个数据源没有可复算的{what}数据。")
    elif is_missing(span.get("first_month")):
        st.markdown(f"× 不适用：{view.shown_area}没有可复算的{what}数据。")
    else:
        first, last = (period_label(str(span[f"{end}_month"])) for end in ("first", "last"))
        st.markdown(
            f"**{NOT_REPORTED}**　{view.shown_area}{view.period_text}没有{view.scheme_label}的{what}数据；"
            f"有数的月份：{first}至{last}。"
        )


def difference_groups(view: View, bound: dict[str, str]) -> None:
    """The differences by cause, area, institution or operator, and the settlements of one group."""
    st.markdown("**差额在哪里**")
    prepare("fz", list(GROUPINGS), next(iter(GROUPINGS)), "差额分组")
    grouping = st.segmented_control(
        "差额分组", list(GROUPINGS), key="fz", required=True, label_visibility="collapsed"
    )
    code = GROUPINGS[grouping or next(iter(GROUPINGS))]
    groups = view.rows("benefit_differences", grouping=code, **bound)
    wrapped_table(view, groups, GROUP_COLUMNS, key="benefit_groups", name=f"待遇复算差额_{grouping}")
    codes = dict(zip(groups["group_name"], groups["group_code"], strict=True))
    options = [EVERY_GROUP, *codes]
    prepare("fx", options, EVERY_GROUP, f"差额的{grouping}")
    chosen = str(st.selectbox(f"看哪个{grouping}的结算", options, placeholder="请选择", key="fx", width=420))
    found = view.rows(
        "benefit_difference_rows", grouping=code, group_code=str(codes.get(chosen, "*")), **bound
    )
    if found.empty:
        return
    total = data.first(found) or {}
    found["fund_short"] = [view.fund_name(each) for each in found["fund_code"]]
    st.caption(
        f"共 {fmt(total['rows_count'], '行')} 行，差额合计 {fmt(total['rows_yuan'], '元')} 元"
        + (f"；只列金额最大的 {data.ROWS_SHOWN} 行" if int(total["rows_count"]) > data.ROWS_SHOWN else "")
        + "。点一行，再按“算给我看”。"
    )
    st.session_state["_difference_ids"] = found["settlement_id"].tolist()
    show_table(
        view,
        found,
        ROW_COLUMNS,
        key="benefit_rows",
        name="待遇复算_差额结算",
        on_select=choose_settlement,
        height=320 if len(found) > 8 else None,
    )


def choose_settlement() -> None:
    """A click on a settlement: the same as writing its number into the box."""
    for position in selected_rows("benefit_rows"):
        st.session_state["js"] = st.session_state["_difference_ids"][position]


def settlement_search(view: View) -> None:
    """Any settlement by its number; a link that carries one opens it."""
    prepare_text("js", "结算编号")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        typed = st.text_input("结算编号", key="js", width=320, placeholder="输入结算编号，或点上面的一行")
        # as intake reads them: half width
        asked = unicodedata.normalize("NFKC", typed).strip()
        pressed = st.button(TITLE, key="settlement_open", icon=":material/calculate:")
    if asked and (pressed or is_fresh("js")):
        explain_settlement(view, asked)
    elif pressed:
        st.caption("请先输入结算编号，或点上面的一行。")


def with_span(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    """Which span a row is of: a yearly premium is the whole year's, whatever period is chosen."""
    texts = [f"{view.year}年" if kind == "year" else view.period_text for kind in frame["period_type"]]
    return frame.assign(span_text=texts)


def contribution_sentence(items: pd.DataFrame) -> str:
    """How many declared rows are not what the rules make due, and by how much."""
    wrong = items[items["wrong_count"] > 0]
    if wrong.empty:
        return "申报与按规定应缴一致，没有差额。"
    said = [
        f"{row.item_name}{fmt(row.wrong_count, '个')}条、净{'多' if row.difference_yuan >= 0 else '少'}报"
        f"{fmt(abs(row.difference_yuan), '元')}元"
        for row in wrong.itertuples()
    ]
    return "申报与按规定应缴不符：" + "；".join(said) + "。"


def contribution_replay(view: View, fund: str) -> None:
    """Every contribution of the period against the rules, by item and area; then the rows that differ."""
    bound = asked_with(view)
    found = view.rows("contribution_replay", **bound)
    if found.empty:
        nothing_replayed(view, view.rows("contribution_span", area_code=bound["area_code"]), "缴费")
        return
    found = with_span(view, found)
    items = found[found["status_code"] == REPLAYED].reset_index(drop=True)
    st.markdown(f"**{view.shown_area}{view.period_text}{contribution_sentence(items)}**")
    titles = document_titles(view)
    items["rule_text"] = [cited_clauses(text, titles) for text in items["clauses"]]
    # a sum of areas rests on as many rules as they have
    columns = [column for column in ITEM_COLUMNS if column.name != "rule_text" or not view.whole_region]
    wrapped_table(view, items, columns, key="contribution_items", name="缴费复算", empty="没有已复算的缴费。")
    note = "应缴＝核定基数（在上下限之间）× 当日费率，或人数 × 定额；各级财政补助＝人数 × 标准 × 负担比例。保费与补助为全年。"
    if view.whole_region:
        note += "依据的文件和条款各地不同，选统筹区查看。"
    if items["is_sample_based"].fillna(False).astype(bool).any():
        note += "依据为“样例参数”的，只供样例数据，不出自任何文件。"
    st.caption(note)
    collected = items[~items["item_code"].isin(NOT_COLLECTED)].reset_index(drop=True)
    if len(collected):
        st.markdown("**到账与欠费**")
        wrapped_table(
            view, collected, COLLECTED_COLUMNS, key="contribution_collected", name="缴费复算_到账与欠费"
        )
        st.caption("划入个人账户随缴费到账记入，不单列欠费；账龄自应缴月份起算到期末。")
    others = found[found["status_code"] != REPLAYED].reset_index(drop=True)
    if len(others):
        st.markdown("**没有复算的**")
        wrapped_table(view, others, UNRULED_COLUMNS, key="contribution_others", name="缴费复算_未复算")
    if not (items["wrong_count"] > 0).any():
        return
    if view.whole_region:
        st.markdown("**差额在哪里**")
        areas = with_span(view, view.rows("contribution_areas", **bound))
        wrapped_table(view, areas, AREA_COLUMNS, key="contribution_areas", name="缴费复算_统筹区")
    contribution_rows(view, bound)


def contribution_rows(view: View, bound: dict[str, Any]) -> None:
    """The contributions that are not what the rules make due."""
    rows = view.rows("contribution_rows", **bound)
    if rows.empty:
        st.caption("不符的项目没有逐条的缴费记录：补助按年度汇总，提前退休未缴的没有记录。")
        return
    count = int(rows["rows_count"].iloc[0])
    st.caption(
        f"不符的缴费记录共 {fmt(count, '行')} 行"
        + (f"，只列差额最大的 {data.ROWS_SHOWN} 行。" if count > data.ROWS_SHOWN else "。")
    )
    show_table(
        view,
        rows,
        CONTRIBUTION_ROW_COLUMNS,
        key="contribution_rows",
        name="缴费复算_不符记录",
        height=320 if len(rows) > 8 else None,
    )
