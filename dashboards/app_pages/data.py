"""数据质量: what arrived, what was checked, what is held, what was set aside, and which version this is."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import data
from dashboards.components.catalogue import with_relation_names
from dashboards.components.frame import View, arrival_text, breadcrumb, checks_text, view_of_page
from dashboards.components.state import prepare
from dashboards.components.tables import Col, documented, download_row, show_table, wrapped_table
from dashboards.labels import (
    ARRIVAL_SYMBOL,
    ARRIVAL_TEXT,
    CHECK_KIND_TEXT,
    DIFFERENCE_TEXT,
    fmt,
    is_missing,
    period_label,
    word,
)

ALL = "全部"

CHECK_COLUMNS = [
    Col("check_id", header="编号", width=90),
    Col("check_name", header="检查", width=260),
    Col("kind", "word", "性质", 80),
    Col("tool", "word", "工具", 80),
    Col("status", "word", "结果", 70),
    Col("violated_count", "count", "不符条数"),
    Col("denominator_count", "count", "检查条数"),
    Col("doc_text", header="依据", width=250),
    Col("clause", header="条款", width=110),
    Col("relation", header="对象", width=260),
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
    Col("sample_keys", header="不符的键", width="large"),
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
    Col("status_code", "word", "状态", 80),
    Col("first_reason", header="退回或隔离的首个原因", width=260),
    Col("received_rows", "count", "收到行数"),
    Col("loaded_rows", "count", "入库行数"),
    Col("superseded_rows", "count", "被替代行数"),
    Col("quarantined_rows", "count", "隔离行数"),
    Col("non_data_rows", "count", "非数据行"),
    Col("received_yuan", "yuan", "收到金额"),
    Col("loaded_yuan", "yuan", "入库金额"),
    Col("superseded_yuan", "yuan", "被替代金额"),
    Col("quarantined_yuan", "yuan", "隔离金额"),
    Col("encoding_code", header="编码"),
]
QUARANTINE_COLUMNS = [
    Col("file_name", header="文件", width=260),
    Col("sheet_name", header="工作表", width=90),
    Col("row_number", "count", "行", 50),
    Col("cell_ref", header="单元格", width=60),
    Col("column_name", header="列", width=80),
    Col("amount_yuan", "yuan", "金额", 140),
    Col("reason_zh", header="原因", width=340),
    Col("raw_text", header="原文", width=240),
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
    Col("area_name", header="统筹区"),
    Col("fund_name", header="基金"),
    Col("period_text", header="统计期"),
    Col("statement_code", "word", "报表"),
    Col("difference_class", "word", "差异性质"),
    Col("difference_yuan", "yuan", "差异金额"),
    Col("opening_restatement_yuan", "yuan", "期初重述"),
    Col("closing_difference_yuan", "yuan", "期末差异"),
    Col("stated_income_difference_yuan", "yuan", "收入合计差异"),
    Col("stated_expenditure_difference_yuan", "yuan", "支出合计差异"),
    Col("stated_surplus_difference_yuan", "yuan", "当期结余差异"),
    Col("final_audit_yuan", "yuan", "决算调整"),
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


def arrival_matrix(view: View) -> None:
    """Area × period: what arrived."""
    arrival = view.rows("arrival")
    if arrival.empty:
        st.info("× 不适用：这个数据源没有按期报送的要求。", icon=":material/inbox:")
        return
    st.markdown(f"**{arrival_text(view)}**")
    st.caption(
        "　".join(f"{ARRIVAL_SYMBOL[code]} {text}" for code, text in ARRIVAL_TEXT.items())
        + "　（基金指所选险种下的各项基金，不含调剂金；不设应报单位的地区没有报的期为“不要求”）"
    )
    arrival["mark"] = [ARRIVAL_SYMBOL[code] for code in arrival["arrival_code"]]
    order = arrival[["area_name", "sort_order"]].drop_duplicates().sort_values("sort_order")["area_name"]
    periods = arrival[["period_code", "period_end_date"]].drop_duplicates().sort_values("period_end_date")
    matrix = (
        arrival.pivot(index="area_name", columns="period_code", values="mark")
        .reindex(index=order, columns=periods["period_code"].tolist()[::-1])
        .fillna(ARRIVAL_SYMBOL["not_expected"])
    )
    matrix.columns = [period_label(code).replace("年", "-").replace("月", "") for code in matrix.columns]
    matrix = matrix.rename_axis("统筹区").reset_index()
    style = matrix.style.map(
        lambda mark: (
            "color: #8F0A1A; font-weight: 700"
            if mark in (ARRIVAL_SYMBOL["missing"], ARRIVAL_SYMBOL["partly"])
            else "color: #35526B"
        ),
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
        | {name: st.column_config.TextColumn(width=72) for name in matrix.columns[1:]},
    )
    download_row(view, matrix, "报送情况", "arrival")


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
    st.markdown("**不通过与警告的明细**")
    ids = [ALL, *checks.loc[checks["status"].isin(["fail", "warn"]), "check_id"]]
    prepare("jb", ids, ALL, "检查编号")
    check_id = st.selectbox("检查编号", ids, key="jb", width=240)
    failures = _with_period(view, view.rows("check_failures", check_id="*" if check_id == ALL else check_id))
    show_table(
        view,
        failures,
        FAILURE_COLUMNS,
        key="failures",
        name="检查明细",
        empty="没有不通过或警告的检查。",
    )


def holds_block(view: View) -> None:
    """What is 待核, all periods."""
    held = _with_period(view, view.rows("held", period_code="*"))
    if held.empty:
        st.markdown("没有待核的数字。")
        return
    st.markdown(f"**待核 {len(held)} 项**：数字照常发布，处处带“待核”标记。")
    show_table(
        view,
        held,
        HOLD_COLUMNS,
        key="holds",
        name="待核清单",
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
    st.caption("来源自身的重述、笔误、漏列、四舍五入和决算调整，一律按原样列出金额，不作抹平。")
    show_table(
        view,
        shown.reset_index(drop=True),
        DIFFERENCE_COLUMNS,
        key="differences",
        name="报表差异清单",
        empty="没有报表差异。",
    )


REJECTED_NAMED = 10


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
    st.warning("\n".join([f"整份退回 {len(rejected)} 份：", "", *lines, *more]), icon=":material/error:")


def intake_block(view: View) -> None:
    """Files received, lines set aside, remarks of the reader."""
    st.markdown("**收到的文件**：收到 = 入库 + 被替代 + 隔离（行数与金额都如此）")
    batches = view.rows("intake_batches")
    rejected_files(batches)
    show_table(
        view,
        batches,
        BATCH_COLUMNS,
        key="batches",
        name="入库批次",
        empty="没有入库记录。",
    )
    st.markdown("**隔离的行**")
    wrapped_table(
        view,
        view.rows("quarantine"),
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


def flat(manifest: Any, prefix: str = "") -> dict[str, str]:
    """A manifest as path → text, for comparing two of them."""
    if isinstance(manifest, dict):
        pairs = [flat(value, f"{prefix}{key}.") for key, value in manifest.items()]
        return {key: value for pair in pairs for key, value in pair.items()}
    if isinstance(manifest, list) and manifest and isinstance(manifest[0], dict):
        pairs = [flat(value, f"{prefix}{number}.") for number, value in enumerate(manifest)]
        return {key: value for pair in pairs for key, value in pair.items()}
    text = manifest if isinstance(manifest, str) else json.dumps(manifest, ensure_ascii=False)
    return {prefix.rstrip("."): text}


def manifest_word(path: str) -> str:
    """An item of a manifest with its first part in Chinese."""
    head, dot, rest = path.partition(".")
    return f"{word('fact_key', head)}{dot}{rest}"


def manifest_differences(one: dict[str, Any], other: dict[str, Any]) -> pd.DataFrame:
    """What differs between two manifests: item, in the first, in the second."""
    left, right = flat(one), flat(other)
    keys = [key for key in {**left, **right} if left.get(key) != right.get(key)]
    return pd.DataFrame(
        {
            "项目": [manifest_word(key) for key in keys],
            "版本甲": [left.get(k, "—") for k in keys],
            "版本乙": [right.get(k, "—") for k in keys],
        }
    )


def balance_differences(view: View, one: data.Build, other: data.Build) -> pd.DataFrame:
    """Figures of the chosen period that differ between two builds, per area and fund."""
    frames = [data.rows(build, view.scope, "build_balances") for build in (one, other)]
    merged = frames[0].merge(
        frames[1],
        on=["area_name", "fund_name", "period_code", "statement_code"],
        how="outer",
        suffixes=("_a", "_b"),
    )
    columns = [("income_yuan", "收入"), ("expenditure_yuan", "支出"), ("actual_closing_yuan", "期末结余")]
    found = []
    for column, label in columns:
        left, right = merged[f"{column}_a"], merged[f"{column}_b"]
        changed = merged[(left != right) & ~(left.isna() & right.isna())]
        found += [
            {
                "统筹区": row["area_name"],
                "基金": row["fund_name"],
                "统计期": period_label(str(row["period_code"])),
                "报表": word("statement_code", row["statement_code"]),
                "项目": label,
                "版本甲（万元）": fmt(row[f"{column}_a"], "万元"),
                "版本乙（万元）": fmt(row[f"{column}_b"], "万元"),
            }
            for _, row in changed.iterrows()
        ]
    return pd.DataFrame(found)


def builds_block(view: View) -> None:
    """The builds a home keeps, and what differs between two of them."""
    builds = data.list_builds(view.home)
    names = {build.build_id: build for build in builds}
    table = pd.DataFrame(
        {
            "数据版本": list(names),
            "状态": ["当前发布" if build.build_id == view.build.build_id else "保留" for build in builds],
            "程序版本": [
                str(build.manifest.get("product_version", build.manifest.get("version", "—")))
                for build in builds
            ],
            "表结构版本": [str(build.manifest.get("schema_version", "—")) for build in builds],
        }
    )
    st.dataframe(table, hide_index=True, width="stretch", key="builds", alt="数据版本清单")
    st.caption("回到旧版本：shouzhi publish 版本号。页面总是读取“当前发布”的那一份。")
    facts = view.rows("build_facts").rename(columns={"fact_key": "项目", "fact_value": "内容"})
    facts["项目"] = [word("fact_key", key) for key in facts["项目"]]
    st.dataframe(facts, hide_index=True, width="stretch", height=220, key="facts", alt="当前版本的事实")
    if len(builds) < 2:
        st.caption("只有一个版本，没有可比较的。")
        return
    left, right = st.columns(2)
    one = left.selectbox("版本甲", list(names), key="build_one", index=1)
    other = right.selectbox("版本乙", list(names), key="build_other", index=0)
    if one == other:
        st.caption("请选择两个不同的版本。")
        return
    st.markdown("**数字的不同**")
    changed = balance_differences(view, names[one], names[other])
    if changed.empty:
        st.markdown("两个版本的收入、支出、期末结余完全相同。")
    else:
        st.dataframe(changed, hide_index=True, width="stretch", key="build_figures")
        download_row(view, changed, "版本差异", "build_figures")
    st.markdown("**清单的不同**（输入、程序、种子、检查）")
    st.dataframe(
        manifest_differences(dict(names[one].manifest), dict(names[other].manifest)),
        hide_index=True,
        width="stretch",
    )


TABS = {
    "报送": arrival_matrix,
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
