"""数据质量: what arrived, what was checked, what is held, what was set aside, and which version this is."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.components.arrival import arrival_block
from dashboards.components.catalogue import with_relation_names
from dashboards.components.frame import View, breadcrumb, checks_text, view_of_page
from dashboards.components.state import prepare
from dashboards.components.tables import Col, documented, show_table, wrapped_table
from dashboards.components.versions import builds_block
from dashboards.labels import is_missing, key_text, period_label, word
from shouzhi.words import CHECK_KIND_TEXT, DIFFERENCE_TEXT

ALL = "全部"
HOLD_SPANS = ["全部期间", "本期"]

CHECK_COLUMNS = [
    Col("check_id", header="编号", width=62),
    Col("check_name", header="检查", width=236),
    Col("kind", "word", "性质", 76),
    Col("status", "word", "结果", 62),
    Col("violated_count", "count", "不符条数", 72),
    Col("denominator_count", "count", "检查条数", 82),
    Col("doc_text", header="依据", width=340),
    Col("clause", header="条款", width=140),
    Col("relation", header="对象", width=260),
    Col("tool", "word", "工具", 80),
]
FAILURE_COLUMNS = [
    Col("check_id", header="编号"),
    Col("check_name", header="检查", width=240),
    Col("status", "word", "结果"),
    Col("area_name", header="统筹区"),
    Col("fund_name", header="基金"),
    Col("period_text", header="统计期"),
    Col("violated_count", "count", "不符条数"),
    Col("evidence_yuan", "yuan", "涉及金额"),
    Col("sample_text", header="不符的记录", width="large"),
    Col("sample_keys", header="键（代码）", width=200),
]
HOLD_COLUMNS = [
    Col("area_name", header="统筹区"),
    Col("fund_name", header="基金"),
    Col("period_text", header="统计期"),
    Col("check_id", header="检查"),
    Col("reason", header="待核原因", width="large"),
]
BATCH_COLUMNS = [
    Col("delivery_no", "count", "批次", 50),
    Col("file_name", header="文件", width=270),
    Col("feed_name", header="数据种类", width=130),
    Col("status_code", "word", "状态", 80),
    Col("first_reason", header="拒收或隔离的首个原因", width=260),
    Col("received_rows", "count", "收到行数"),
    Col("loaded_rows", "count", "入库行数"),
    Col("superseded_rows", "count", "被替换行数"),
    Col("quarantined_rows", "count", "隔离行数"),
    Col("non_data_rows", "count", "非数据行"),
    Col("received_yuan", "yuan", "收到金额"),
    Col("loaded_yuan", "yuan", "入库金额"),
    Col("superseded_yuan", "yuan", "被替换金额"),
    Col("quarantined_yuan", "yuan", "隔离金额"),
    Col("encoding_code", header="编码"),
]
QUARANTINE_COLUMNS = [
    Col("file_name", header="文件", width=260),
    Col("settled_code", "word", "处理情况", 130),
    Col("sheet_name", header="工作表", width=90),
    Col("row_number", "count", "行", 50),
    Col("cell_ref", header="单元格", width=60),
    Col("column_name", header="列", width=80),
    Col("amount_yuan", "yuan", "金额", 140),
    Col("reason_zh", header="原因", width=340),
    Col("raw_text", header="原文", width=240),
]
REASON_COLUMNS = [
    Col("feed_name", header="数据种类", width=160),
    Col("column_name", header="列", width=140),
    Col("rows_count", "count", "行数"),
    Col("files_count", "count", "文件数"),
    Col("amount_yuan", "yuan", "金额"),
    Col("reason_zh", header="原因（示例）", width=420),
]
NOTE_COLUMNS = [
    Col("file_name", header="文件", width=260),
    Col("severity_code", "word", "程度", 60),
    Col("note_zh", header="提示", width=620),
    Col("sheet_name", header="工作表", width=90),
    Col("row_number", "count", "行", 50),
    Col("cell_ref", header="单元格", width=60),
]
DIFFERENCE_COLUMNS = [
    Col("area_name", header="统筹区", width=100),
    Col("fund_name", header="基金", width=74),
    Col("period_text", header="统计期", width=98),
    Col("difference_class", "word", "差异性质", 72),
    Col("difference_yuan", "yuan", "差异金额", 116),
    Col("opening_restatement_yuan", "yuan", "期初重述", 116),
    Col("closing_difference_yuan", "yuan", "期末", 100),
    Col("stated_income_difference_yuan", "yuan", "收入合计", 100),
    Col("stated_expenditure_difference_yuan", "yuan", "支出合计", 100),
    Col("stated_surplus_difference_yuan", "yuan", "当期结余", 100),
    Col("final_audit_yuan", "yuan", "决算调整", 100),
    Col("statement_code", "word", "报表", 50),
]


def _with_period(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    shown = frame.copy()
    shown["fund_name"] = [
        view.fund_names.get(str(code), name)
        for code, name in zip(shown["fund_code"], shown["fund_name"], strict=True)
    ]
    shown["period_text"] = [
        "—" if is_missing(code) or not code else period_label(str(code)) for code in shown["period_code"]
    ]
    return shown


def checks_block(view: View) -> None:
    """Checks by kind, then the failing ones with their keys."""
    st.markdown(f"**{checks_text(view)}**")
    checks = with_relation_names(view, documented(view.rows("checks")), "relation")
    kinds = [ALL, *(text for code, text in CHECK_KIND_TEXT.items() if (checks["kind"] == code).any())]
    prepare("jc", kinds, ALL, "检查性质")
    chosen = st.segmented_control("检查性质", kinds, key="jc", required=True)
    shown = (
        checks if chosen in (ALL, None) else checks[[word("kind", kind) == chosen for kind in checks["kind"]]]
    )
    show_table(
        view,
        shown,
        CHECK_COLUMNS,
        key="checks",
        name="检查结果",
        empty="没有检查结果。",
    )
    idle = checks.loc[checks["status"] == "na_no_data", "check_id"].tolist()
    if idle:
        st.caption(
            f"“无数据”的检查（{'、'.join(idle)}）：本数据里没有它要检查的行（检查条数为0），既不是通过，也不是不通过。"
        )
    st.markdown("**不通过与警告的明细**")
    ids = [ALL, *checks.loc[checks["status"].isin(["fail", "warn"]), "check_id"]]
    prepare("jb", ids, ALL, "检查编号")
    check_id = st.selectbox("检查编号", ids, placeholder="请选择", key="jb", width=240)
    failures = _with_period(view, view.rows("check_failures", check_id="*" if check_id == ALL else check_id))
    coded = view.rows("key_names")
    names = dict(zip(coded["code"], coded["name"], strict=True))
    failures["sample_text"] = [key_text(keys, names) for keys in failures["sample_keys"]]
    show_table(
        view,
        failures,
        FAILURE_COLUMNS,
        key="failures",
        name="检查明细",
        empty="没有不通过或警告的检查。",
    )


def holds_block(view: View) -> None:
    """What is 待核: of the chosen period, or of all of them."""
    everything = _with_period(view, view.rows("held", period_code="*"))
    if everything.empty:
        st.markdown("没有待核的数字。")
        return
    now = len(view.rows("held"))
    st.markdown(
        f"**{view.period_text}待核 {now} 项，全部期间共 {len(everything)} 项**：数字照常发布，处处带“待核”标记。"
    )
    prepare("hk", HOLD_SPANS, HOLD_SPANS[0], "待核的期间")
    held = everything
    if st.segmented_control("期间", HOLD_SPANS, key="hk", required=True) == HOLD_SPANS[1]:
        held = everything[
            (everything["period_type"] == view.period_type) & (everything["period_code"] == view.period_code)
        ].reset_index(drop=True)
    show_table(
        view,
        held,
        HOLD_COLUMNS,
        key="holds",
        name="待核清单",
        empty=f"{view.period_text}没有待核的数字。",
    )


def differences_block(view: View) -> None:
    """Every published difference, as what it is, with its amount."""
    rows = _with_period(view, view.rows("differences"))
    classes = [
        ALL,
        *(text for code, text in DIFFERENCE_TEXT.items() if (rows["difference_class"] == code).any()),
    ]
    prepare("cy", classes, ALL, "差异性质")
    chosen = st.segmented_control("差异性质", classes, key="cy", required=True)
    shown = rows
    if chosen not in (ALL, None):
        shown = rows[[word("difference_class", code) == chosen for code in rows["difference_class"]]]
    st.caption(
        "来源自身的重述、笔误、漏列、四舍五入和决算调整，一律按原样列出金额，不作抹平。"
        "“期初重述”至“决算调整”各列为逐项差异：期初比上期期末，期末、合计、当期结余为列报数比计算数，决算比执行。"
    )
    show_table(
        view,
        shown.reset_index(drop=True),
        DIFFERENCE_COLUMNS,
        key="differences",
        name="报表差异清单",
        empty="没有报表差异。",
    )


REJECTED_NAMED = 10
# from so many set-aside lines on, the reasons are summed up first
SUMMED_FROM = 10


def rejected_files(batches: pd.DataFrame) -> None:
    """Files that were sent back whole, each with its reason in full."""
    rejected = batches[batches["status_code"] == "rejected"]
    if rejected.empty:
        return
    lines = [
        f"- {row.file_name}：{'没有写明原因' if is_missing(row.first_reason) else row.first_reason}"
        for row in rejected.head(REJECTED_NAMED).itertuples()
    ]
    more = [f"- 等 {len(rejected)} 份，其余见下表"] if len(rejected) > REJECTED_NAMED else []
    st.warning("\n".join([f"整份拒收 {len(rejected)} 份：", "", *lines, *more]), icon=":material/error:")


def intake_block(view: View) -> None:
    """Files received, lines set aside, remarks of the reader; of all feeds or of one."""
    feeds = view.rows("intake_feeds")
    codes = dict(zip(feeds["feed_name"], feeds["feed_code"], strict=True))
    feed = "*"
    if len(codes) > 1:
        options = [ALL, *codes]
        prepare("rk", options, ALL, "数据种类")
        feed = codes.get(st.selectbox("数据种类", options, placeholder="请选择", key="rk", width=260), "*")
    st.markdown("**收到的文件**：收到 = 入库 + 被替换 + 隔离（行数与金额都如此）")
    batches = view.rows("intake_batches", feed=feed)
    rejected_files(batches)
    show_table(
        view,
        batches,
        BATCH_COLUMNS,
        key="batches",
        name="入库批次",
        empty="没有入库记录。",
    )
    state = view.rows("quarantine_state", feed=feed).fillna(0).iloc[0]
    settled = (
        f"；另有 {int(state['settled_count'])} 行已由后来的文件更正或已注明不再处理，留作记录，不计数"
        if state["settled_count"]
        else ""
    )
    st.markdown(f"**隔离的行**：待处理 {int(state['open_count'])} 行{settled}")
    reasons = view.rows("quarantine_reasons", feed=feed)
    if reasons["rows_count"].sum() > SUMMED_FROM:
        st.caption("按原因汇总，行数多的在前；逐行清单在下面（最多2000行）。")
        show_table(view, reasons, REASON_COLUMNS, key="reasons", name="隔离原因")
    wrapped_table(
        view,
        view.rows("quarantine", feed=feed),
        QUARANTINE_COLUMNS,
        key="quarantine",
        name="隔离清单",
        empty="没有隔离的行。",
    )
    st.markdown("**读取提示**")
    wrapped_table(
        view,
        view.rows("intake_notes"),
        NOTE_COLUMNS,
        key="notes",
        name="读取提示",
        empty="没有提示。",
    )


TABS = {
    "报送": arrival_block,
    "检查": checks_block,
    "待核": holds_block,
    "报表差异": differences_block,
    "入库与隔离": intake_block,
    "数据版本": builds_block,
}


def main() -> None:
    """The page."""
    view = view_of_page("数据质量")
    if view is None:
        return
    breadcrumb(["数据与口径", "数据质量"])
    prepare("bq", list(TABS), "报送", "栏目")
    chosen = st.segmented_control("栏目", list(TABS), key="bq", required=True, label_visibility="collapsed")
    TABS[chosen or "报送"](view)


main()
