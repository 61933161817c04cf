"""The drill path 全区 → 统筹区 → 险种 → 科目 → 明细行, with a clickable breadcrumb; used by two pages."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.components.coverage import prior_note, transfer_note
from dashboards.components.frame import View
from dashboards.components.provenance import received_lines
from dashboards.components.state import apply_drill, prepare, request_page, selected_rows
from dashboards.components.tables import Col, show_table
from dashboards.labels import fmt, is_missing

ALL_ACCOUNTS = "全部科目"
NOTHING = "0.00"

ACCOUNT_COLUMNS = [
    Col("side", "word", "方向"),
    Col("account_label", header="科目", width="large"),
    Col("account_role", "word", "性质"),
    Col("amount_yuan", "wan", "本期"),
    Col("ytd_yuan", "wan", "年初以来"),
    Col("prior_year_amount_yuan", "wan", "上年同期"),
    Col("yoy_ratio", "ratio", "同比"),
]


def trail(view: View, page: str, account: str | None) -> None:
    """The breadcrumb; every level but the last is a button that goes back to it and keeps the other filters."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="trail"):
        whole = st.session_state["_defaults"]["qu"]
        if st.button(whole, key="trail_whole", type="tertiary", icon=":material/home:"):
            request_page("risk", {"qu": whole})
            st.rerun()
        st.markdown("›", width="content")
        if st.button(view.shown_area, key="trail_area", type="tertiary", disabled=account is None):
            request_page(page, {"km": ALL_ACCOUNTS})
            st.rerun()
        st.markdown(
            f"› {view.scheme_label}（{view.basis_label}） › {account or ALL_ACCOUNTS}", width="content"
        )
        if st.button("返回风险总览", key="trail_back", icon=":material/arrow_back:"):
            request_page("risk", {"qu": whole})
            st.rerun()


def with_labels(accounts: pd.DataFrame) -> pd.DataFrame:
    """Accounts with a unique label each (the printed name; with its code where two print the same)."""
    shown = accounts.copy()
    twice = shown["account_name"].duplicated(keep=False)
    shown["account_label"] = [
        f"{name}（{code}）" if double else str(name)
        for name, code, double in zip(shown["account_name"], shown["account_code"], twice, strict=True)
    ]
    return shown


def chosen_account(accounts: pd.DataFrame) -> str | None:
    """The label of the account in the address bar, or None for all; must run before the select box is drawn."""
    options = [ALL_ACCOUNTS, *accounts["account_label"]]
    prepare("km", options, ALL_ACCOUNTS, "科目")
    label = str(st.session_state["km"])
    return None if label == ALL_ACCOUNTS else label


def open_account() -> None:
    """A click on an account row: the same as choosing it in the select box."""
    for position in selected_rows("accounts"):
        st.session_state["km"] = apply_drill({"account_label": st.session_state["_accounts"][position]})["km"]


def without_odd_ratios(accounts: pd.DataFrame) -> pd.DataFrame:
    """No ratio beside an amount that shows as 0.00: it would be one of cents that nobody sees."""
    unseen = [
        NOTHING in (fmt(now, "万元").lstrip("−"), fmt(before, "万元").lstrip("−"))
        for now, before in zip(accounts["amount_yuan"], accounts["prior_year_amount_yuan"], strict=True)
    ]
    return accounts.assign(yoy_ratio=accounts["yoy_ratio"].mask(unseen))


def account_drill(view: View, accounts: pd.DataFrame, area_code: str, fund_code: str) -> None:
    """Accounts, then the received amounts behind the chosen one."""
    st.subheader("科目与明细行", anchor=False)
    if accounts.empty:
        st.info(f"{view.name_of(area_code)}{view.period_text}没有科目数据。", icon=":material/inbox:")
        return
    st.caption(
        "点一行，或在下面选择科目，看它来自哪个文件的哪一格。"
        + prior_note(view, area_code, fund_code)
        + transfer_note(view, accounts)
    )
    shown = without_odd_ratios(accounts)
    shown["account_label"] = [
        f"　其中：{label}" if role == "of_which" else label
        for label, role in zip(shown["account_label"], shown["account_role"], strict=True)
    ]
    st.session_state["_accounts"] = accounts["account_label"].tolist()
    show_table(view, shown, ACCOUNT_COLUMNS, key="accounts", name="科目表", on_select=open_account)
    label = st.selectbox(
        "科目", [ALL_ACCOUNTS, *accounts["account_label"]], placeholder="请选择", key="km", width=360
    )
    code = "*"
    if label != ALL_ACCOUNTS:
        code = str(accounts.loc[accounts["account_label"] == label, "account_code"].iloc[0])
    lines, columns, heading = received_lines(view, area_code, fund_code, code)
    st.markdown(f"**报表原始行 · {label}**")
    if lines.empty:
        st.caption("这个数没有直接收到的报表行：它由其他科目合计，或由下级统筹区汇总得出。")
        return
    if heading:
        st.markdown(heading)
    show_table(view, lines, columns, key="lines", name=f"报表原始行_{label}")
    if len(lines) >= 400:
        st.caption("只列前400行；选一个科目可以看得更细。")
    if not is_missing(lines["doc_no"].iloc[0]):
        st.caption(f"批复文号：{lines['doc_no'].iloc[0]}")
