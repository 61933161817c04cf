"""风险总览: who needs attention now, and what has changed since the last period."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pandas as pd
import streamlit as st

from dashboards import data
from dashboards.components.frame import View, breadcrumb, business_only, view_of_page
from dashboards.components.provenance import source_picker
from dashboards.components.state import (
    apply_drill,
    prepare,
    request_page,
    selected_rows,
    shared_parameters,
)
from dashboards.components.tables import Col, no_result, plain_table, show_table
from dashboards.components.tile_card import tile_card
from dashboards.labels import (
    NOT_REPORTED,
    RESERVE_NOTE,
    RESIDENT_SEASON_NOTE,
    fmt,
    fmt_months,
    fmt_value,
    level_mark,
)
from dashboards.palette import GREY, LEVEL_COLOR, LEVEL_INK
from dashboards.tiles import tile_grid
from shouzhi.words import CHANGE_TEXT, LEVEL_TEXT, LEVELS

ALL_LEVELS = "全部等级"
LEVEL_CHOICES = {ALL_LEVELS: None} | {LEVEL_TEXT[code]: code for code in ("red", "orange", "yellow", "blue")}


def _areas_only(view: View, levels: pd.DataFrame) -> pd.DataFrame:
    return levels[levels["area_code"] != view.region_code].reset_index(drop=True)


def sentence(view: View) -> str:
    """The generated sentence of the period, as the mart holds it."""
    row = data.first(view.rows("risk_sentence", fund_code=summary_fund(view)))
    if row is None:
        return f"{view.period_text}没有预警结果：期数不足，或没有统筹区报送。"
    return str(row["sentence_zh"])


def summary_fund(view: View) -> str:
    """The fund whose counts and sentence stand for the chosen scheme."""
    return view.warning_fund(view.region_code or "")


def level_counts(view: View) -> None:
    """The four level counts; pressing one filters everything below."""
    row = data.first(view.rows("risk_counts", fund_code=summary_fund(view)))
    prepare("dj", list(LEVEL_CHOICES), ALL_LEVELS, "预警等级")
    counts = {
        code: fmt(None if row is None else row.get(f"{code}_count"), "个", with_unit=True) for code in LEVELS
    }
    # one plain block: six st.metric cards would keep the counts waiting for their bundles
    st.html(count_cards(counts))
    st.segmented_control(
        "按等级筛选", list(LEVEL_CHOICES), key="dj", label_visibility="collapsed", required=True
    )


def count_cards(counts: Mapping[str, str]) -> str:
    """The level counts as a row of cards: symbol, word and number, the colour only as an edge."""
    cards = "".join(
        f"<div class='level-count' data-level='{code}' style='flex:1 1 110px;border:1px solid #D5DCE3;"
        f"border-left:8px solid {GREY if code in ('none', 'not_available') else LEVEL_COLOR[code]};"
        f"border-radius:6px;padding:8px 14px'><div style='font-size:0.9rem'>{escape(level_mark(code))}</div>"
        f"<div style='font-size:1.5rem;font-weight:700'>{escape(text)}</div></div>"
        for code, text in counts.items()
    )
    return f"<div style='display:flex;gap:12px;flex-wrap:wrap'>{cards}</div>"


def chosen_level() -> str | None:
    """The level that the counts filter by."""
    return LEVEL_CHOICES.get(st.session_state.get("dj") or ALL_LEVELS)


CHANGE_COLUMNS = [
    Col("change_code", "word", "变化"),
    Col("area_name", header="统筹区"),
    Col("previous_level_code", "level", "原等级"),
    Col("level_code", "level", "现等级"),
    Col("change_rule_code", header="规则"),
    Col("change_rule_name", header="规则名称", width="medium"),
    Col("change_metric_name", header="指标"),
    Col("change_value", header="当前值"),
    Col("change_threshold", header="阈值"),
    Col("months_in_level", "count", "已持续期数"),
]
TABLE_COLUMNS = [
    Col("area_name", header="统筹区", width=118),
    Col("level_code", "level", "预警等级", 72),
    Col("change_code", "word", "较上期", 50),
    Col("trend_code", "word", "趋势", 60),
    Col("leading_rule_name", header="主要规则", width=160),
    Col("leading_value", header="当前值", width=80),
    Col("leading_threshold", header="阈值", width=66),
]
BALANCE_COLUMNS = [
    Col("actual_closing_yuan", "wan", "期末结余", 112),
    Col("surplus_yuan", "wan", "当期结余", 112),
]
FLOW_COLUMNS = [Col("income_yuan", "wan", None, 84), Col("expenditure_yuan", "wan", None, 84)]
YOY_COLUMNS = [
    Col("income_yoy_ratio", "ratio", "收入同比", 64),
    Col("expenditure_yoy_ratio", "ratio", "支出同比", 64),
]


def with_texts(view: View, levels: pd.DataFrame) -> pd.DataFrame:
    """Rule values and thresholds as text (units differ from rule to rule)."""
    shown = levels.copy()
    for rule in ("leading", "change"):
        for source, target in (("metric_value", "value"), ("threshold_value", "threshold")):
            shown[f"{rule}_{target}"] = [
                fmt_value(value, unit)
                for value, unit in zip(shown[f"{rule}_{source}"], shown[f"{rule}_unit"], strict=True)
            ]
    # who has not reported has no rule that decided anything
    unreported = ~shown["is_reported"].fillna(True).astype(bool)
    shown.loc[unreported, ["leading_rule_code", "leading_rule_name", "leading_metric_name", "trend_code"]] = (
        None
    )
    shown.loc[unreported, ["leading_value", "leading_threshold"]] = NOT_REPORTED
    shown["tile_text"] = [tile_line(view, row) for _, row in shown.iterrows()]
    return shown


def tile_line(view: View, row: pd.Series) -> str:
    """Third line of a square: the months that the leading rule looks at, else the reserve months."""
    if row["level_code"] in ("none", "not_available"):
        return fmt_months(row["reserve_months"])
    if row["leading_unit"] != "months":
        return fmt_months(row["reserve_months"])
    whose = view.fund_name(row["leading_fund_code"])[:2] if view.scheme == "all" else ""
    return f"{whose}{fmt_months(row['leading_metric_value'])}"


def change_list(view: View, levels: pd.DataFrame) -> None:
    """What changed since the last period."""
    st.subheader("变化清单", anchor=False)
    if levels["change_code"].isna().all():
        st.markdown("这是最早的一期，没有上期可比。")
        return
    changed = levels[levels["change_code"].isin(["new", "raised", "lowered", "cleared"])]
    level = chosen_level()
    if level:
        changed = changed[(changed["level_code"] == level) | (changed["previous_level_code"] == level)]
    order = {code: n for n, code in enumerate(CHANGE_TEXT)}
    changed = changed.sort_values("change_code", key=lambda codes: codes.map(order), kind="stable")
    if changed.empty:
        st.markdown("与上期相比，没有统筹区新增、升级、降级或解除预警。")
        return
    frame = changed.drop(columns=["is_held", "is_reported"]).reset_index(drop=True)
    plain_table(view, frame, CHANGE_COLUMNS, key="changes", name="预警变化清单")
    if changed["change_code"].isin(["lowered", "cleared"]).any():
        st.caption("降级、解除的，列出原来引起预警的规则和它的当前值。")
    known = set(view.areas["area_name"])
    with st.container(horizontal=True, gap="small", key="change_links"):
        st.markdown("打开画像：", width="content")
        for name in dict.fromkeys(frame["area_name"]):
            if name in known:
                st.page_link(
                    st.session_state["_pages"]["region"],
                    label=name,
                    icon=":material/arrow_forward:",
                    query_params=shared_parameters() | apply_drill({"area_name": name}),
                )


def open_row() -> None:
    """A click on a row of the table: that area's page."""
    for position in selected_rows("levels"):
        request_page("region", apply_drill({"area_name": st.session_state["_levels"][position]}))


def open_tile(area_name: str) -> None:
    """A click on a square: that area's page."""
    request_page("region", apply_drill({"area_name": area_name}))


def level_legend() -> str:
    """What the colours mean, in words."""
    pill = "display:inline-block;padding:2px 12px;border-radius:4px;margin:0 0 8px"
    marks = [
        f"<div><span style='background:{LEVEL_COLOR[code]};color:{LEVEL_INK[code]};{pill}"
        f"{f';border:1px solid {GREY}' if code == 'not_available' else ''}'>{level_mark(code)}</span></div>"
        for code in LEVELS
    ]
    unreported = f"<div><span style='border:1px dashed {GREY};color:{LEVEL_INK['not_available']};{pill}'>{NOT_REPORTED}</span></div>"
    note = "一级红最重，四级蓝最轻；无预警为灰色。结余偏多在画像页另列，不抬高等级。"
    return "".join([*marks, unreported, f"<div style='font-size:0.85rem;color:#4A5560'>{note}</div>"])


def drill_box(view: View, levels: pd.DataFrame) -> None:
    """The same way to an area's page without a mouse."""
    names = levels["area_name"].tolist()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.selectbox(
            "查看统筹区画像", names, key="drill_area", index=None, placeholder="请选择统筹区", width=240
        )
        if st.button("打开画像", key="drill_open", icon=":material/arrow_forward:", disabled=chosen is None):
            request_page("region", apply_drill({"area_name": chosen}))
            st.rerun()


def main() -> None:
    """The page."""
    view = view_of_page("风险总览")
    if view is None:
        return
    breadcrumb(["风险监测", "风险总览", view.scheme_label, view.period_text])
    if not view.has_statements:
        business_only(view, "结余和风险预警")
        return
    st.markdown(f"#### {sentence(view)}")
    level_counts(view)
    levels = with_texts(view, _areas_only(view, view.rows("risk_levels")))
    if view.area_code and view.area_code != view.region_code:
        levels = levels[levels["area_code"] == view.area_code].reset_index(drop=True)
        st.button(f"已筛选：{view.area_label} ✕", key="clear_area", on_click=_clear_area)
    if levels.empty:
        no_result(view, "这一期没有预警结果。", "risk")
        return
    change_list(view, levels)
    if view.shows_residents:
        st.caption(f"注：{RESIDENT_SEASON_NOTE}{RESERVE_NOTE}")

    tiled = levels.dropna(subset=["tile_column"])
    level = chosen_level()
    if len(tiled) > 1:
        st.subheader("分布", anchor=False)
        left, right = st.columns([4.6, 1])
        with left:
            tile_card(
                view, tile_grid(tiled, view.period_code, view.scheme_label), key="tiles", on_click=open_tile
            )
        with right:
            st.html(level_legend())
            if level:
                st.caption("分布图不受等级筛选影响。")

    st.subheader("各统筹区", anchor=False)
    st.caption(
        "按等级、再按期末结余由少到多排列；点一行进入统筹区画像。预警一律按统筹基金判断，口径开关只改变金额列。"
    )
    shown = levels[levels["level_code"] == level].reset_index(drop=True) if level else levels
    if (~shown["is_chosen_basis"].fillna(True).astype(bool)).any():
        st.caption(
            f"这一期有的统筹区没有“{view.basis_label}”口径的数，金额列改用另一口径；在基金收支页逐行标明。"
        )
    # which months they are stands in the note above, as on 基金收支
    columns = [
        *TABLE_COLUMNS,
        Col("reserve_months", "months", "可支付月数", 82),
        *BALANCE_COLUMNS,
        *(YOY_COLUMNS if view.compare == "同比" else FLOW_COLUMNS),
    ]
    st.session_state["_levels"] = shown["area_name"].tolist()
    show_table(
        view,
        shown,
        columns,
        key="levels",
        name="各统筹区预警与结余",
        on_select=open_row,
        empty=f"没有处于{LEVEL_TEXT.get(level or '', '所选等级')}的统筹区。",
    )
    drill_box(view, levels)
    source_picker(view, levels, "risk_source")


def _clear_area() -> None:
    st.session_state["qu"] = st.session_state["_defaults"]["qu"]


main()
