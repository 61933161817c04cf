"""「算给我看」: how one settlement is calculated, step by step with its clauses, what was paid beside what the rules give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import data
from dashboards.components.frame import View
from dashboards.components.tables import Col, wrapped_table
from dashboards.labels import (
    NOT_APPLICABLE,
    clause_text,
    document_text,
    fmt,
    is_missing,
    period_label,
    word,
)

TITLE = "算给我看"
OFF_FUND = "OFF130"
OFF_FUND_NOTE = "省级干部由原渠道支付，实际付了多少不在结算数据里，只列按规定应由原渠道支付的金额。"
OUTSIDE_RULES = "outside_rules"
SAMPLE = "SAMPLE"
SAMPLE_CLAUSE = "样例"

FUND_COLUMNS = [
    Col("fund_short", header="基金"),
    Col("status_name", header="复算"),
    Col("paid_yuan", "yuan", "实际支付"),
    Col("expected_yuan", "yuan", "按规定应付"),
    Col("difference_yuan", "yuan_signed", "实际 − 应付"),
    Col("cause_name", header="差额原因"),
    Col("rule_text", header="依据", width=300),
]
STEP_COLUMNS = [
    Col("step_no", "count", "步"),
    Col("step_name", header="步骤", width=120),
    Col("fund_short", header="基金", width=90),
    Col("step_text", header="算法", width=420),
    Col("amount_yuan", "yuan", "金额"),
    Col("rule_text", header="依据", width=220),
]


def rule_texts(frame: pd.DataFrame, titles: Mapping[str, str]) -> list[str]:
    """Documents and clauses of each row, as readers cite them; ``titles``: number → title.

    The sample's parameters have no clause: they stand last, and what clauses there are belong to the documents.
    """
    texts = []
    for doc_no, clause in zip(frame["doc_no"], frame["clause"], strict=True):
        numbers = [] if is_missing(doc_no) or doc_no == "" else str(doc_no).split("、")
        words = [] if is_missing(clause) or clause == "" else str(clause).split("、")
        named = [document_text(no, titles.get(no), with_title=False) for no in numbers if no != SAMPLE]
        cited = [
            "、".join(dict.fromkeys(named)),
            clause_text("、".join(w for w in words if w != SAMPLE_CLAUSE)),
        ]
        parts = [" ".join(word for word in cited if word)]
        parts += [document_text(SAMPLE, titles.get(SAMPLE))] if SAMPLE in numbers else []
        texts.append("；".join(part for part in parts if part) or NOT_APPLICABLE)
    return texts


def cited_clauses(text: Any, titles: Mapping[str, str]) -> str:
    """Documents with their clauses (``NMG-2007 1.1.1、…``) as readers cite them: by title where the number is ours."""
    if is_missing(text) or text == "":
        return NOT_APPLICABLE
    parts: list[str] = []
    for piece in str(text).split("、"):
        # a clause may have the separator in its own words (二、覆盖范围): what names no document goes on
        if parts and not piece.startswith(tuple(titles)):
            parts[-1] += f"、{piece}"
        else:
            parts.append(piece)
    cited = []
    for part in parts:
        doc_no = max((no for no in titles if part.startswith(no)), key=len, default="")
        clause = clause_text(part.removeprefix(doc_no).strip())
        named = document_text(doc_no, titles.get(doc_no), with_title=False) if doc_no else ""
        cited.append(" ".join(word for word in (named, clause) if word and word != SAMPLE_CLAUSE))
    return "；".join(dict.fromkeys(cited))


def document_titles(view: View) -> dict[str, str]:
    """Number → title of the documents that parameters rest on."""
    found = view.rows("policy_documents")
    return dict(zip(found["doc_no"], found["doc_title"], strict=True))


def verdict(funds: pd.DataFrame) -> str:
    """One sentence: whether what was paid is what the rules give."""
    first = funds.iloc[0]
    if first["status_code"] != "replayed":
        reason = "" if is_missing(first["reason"]) else f"：{first['reason']}"
        state = "没有复算" if reason and first["status_code"] == OUTSIDE_RULES else first["status_name"]
        return f"{state}{reason}。"
    differing = funds[funds["difference_yuan"].notna() & (funds["difference_yuan"] != 0)]
    if differing.empty:
        return "各基金实际支付与按规定计算的结果一致，一分不差。"
    said = [
        f"{row.fund_short}{'多付' if row.difference_yuan > 0 else '少付'} {fmt(abs(row.difference_yuan), '元')} 元"
        f"（{NOT_APPLICABLE if is_missing(row.cause_name) else row.cause_name}）"
        for row in differing.itertuples()
    ]
    return f"与规定不符：{'；'.join(said)}。"


def facts_line(row: dict[str, Any]) -> str:
    """Who, where, when, in one line."""
    parts = [
        str(row["area_name"]),
        str(row["insutype_name"]),
        word("medical_kind_code", row["medical_kind_code"]),
        NOT_APPLICABLE if is_missing(row["place_name"]) else str(row["place_name"]),
        f"待遇年度 {row['benefit_year_code']}",
        f"结算月 {period_label(str(row['event_month']))}",
        f"人员 {row['person_mask']}",
        f"机构 {NOT_APPLICABLE if is_missing(row['institution_code']) else row['institution_code']}",
    ]
    if bool(row["is_reversal"]):
        parts.append("冲正")
    return "　".join(parts)


def settlement_block(view: View, settlement_id: str, key: str) -> None:
    """Facts, verdict, paid against expected by fund, and the steps."""
    funds = view.rows("benefit_settlement", settlement_id=settlement_id)
    if funds.empty:
        st.info(f"没有找到结算 {settlement_id}，或您无权查看它的统筹区。", icon=":material/search_off:")
        return
    funds["fund_short"] = [view.fund_name(code) for code in funds["fund_code"]]
    titles = document_titles(view)
    funds["rule_text"] = rule_texts(funds, titles)
    st.markdown(f"**结算 {settlement_id}**")
    st.caption(facts_line(data.first(funds) or {}))
    st.markdown(f"**{verdict(funds)}**")
    wrapped_table(view, funds, FUND_COLUMNS, key=f"{key}_funds", name=f"结算{settlement_id}_实付与应付")
    if (funds["fund_code"] == OFF_FUND).any():
        st.caption(OFF_FUND_NOTE)
    steps = view.rows("benefit_steps", settlement_id=settlement_id)
    st.markdown("**怎样算出来的**")
    if steps.empty:
        st.caption("这笔结算没有计算步骤。")
        return
    steps["fund_short"] = [
        NOT_APPLICABLE if is_missing(code) or code == "" else view.fund_name(code)
        for code in steps["fund_code"]
    ]
    steps["rule_text"] = rule_texts(steps, titles)
    steps["step_text"] = steps["step_text"].str.replace(r"-(?=\d)", "−", regex=True)
    wrapped_table(view, steps, STEP_COLUMNS, key=f"{key}_steps", name=f"结算{settlement_id}_计算步骤")
    st.caption("步号是计算次序中的位置，这笔结算用不到的步骤不列。")
    if steps["doc_no"].fillna("").str.contains(SAMPLE).any():
        st.caption("依据为“样例参数”的，只供样例数据，不出自任何文件。")


@st.dialog(TITLE, width="large")
def explain_settlement(view: View, settlement_id: str) -> None:
    """The dialog itself."""
    settlement_block(view, settlement_id, "settlement")
