"""基金收支: where the money comes from and where it goes, by area and scheme, over the year."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards import data
from dashboards.charts_fund import year_course, years_bars
from dashboards.components.cards import chart_card
from dashboards.components.coverage import course_note, prior_note
from dashboards.components.drill import account_drill, chosen_account, trail, with_labels
from dashboards.components.frame import View, business_only, view_of_page
from dashboards.components.provenance import source_picker
from dashboards.components.state import apply_drill, selected_rows
from dashboards.components.tables import Col, show_table
from dashboards.labels import RESERVE_NOTE, RESIDENT_SEASON_NOTE, ROUNDING_NOTE, SCHEMES

SCHEME_WORDS = {code: label for label, code in SCHEMES.items()}

BASE_COLUMNS = [
    Col("area_name", header="统筹区", width=118),
    Col("scheme_text", header="险种", width=98),
    Col("income_yuan", "wan"),
    Col("expenditure_yuan", "wan"),
    Col("surplus_yuan", "wan"),
    Col("actual_closing_yuan", "wan"),
    Col("origin_code", "word", "来源"),
]
COMPARE_COLUMNS = {
    "同比": [Col("income_yoy_ratio", "ratio", "收入同比"), Col("expenditure_yoy_ratio", "ratio", "支出同比")],
    "预算": [
        Col("budget_income_yuan", "wan", "收入预算"),
        Col("budget_expenditure_yuan", "wan", "支出预算"),
    ],
    "全区均值": [Col("region_reserve_months", "months", "各统筹区合计可支付月数")],
}


def open_row() -> None:
    """A click on a row: the same as choosing that area (and scheme) in the filters."""
    for position in selected_rows("flows"):
        name, scheme = st.session_state["_flows"][position]
        if name in st.session_state["_area_options"]:
            st.session_state["qu"] = apply_drill({"area_name": name})["qu"]
        else:
            st.session_state["qu"] = st.session_state["_defaults"]["qu"]
        st.session_state["xz"] = scheme


def flows_table(view: View) -> pd.DataFrame:
    """Scheme × area, the region's row on top."""
    flows = view.rows("flows")
    other = "（含个人账户）" if view.basis == "pooled" else "（仅统筹）"
    flows["scheme_text"] = [
        SCHEME_WORDS[code] + ("" if chosen else other)
        for code, chosen in zip(flows["scheme_code"], flows["is_chosen_basis"], strict=True)
    ]
    total = flows["areas_expected_count"].notna() & (
        flows["areas_reported_count"] < flows["areas_expected_count"]
    )
    whole = flows["area_kind"] == "region"
    flows.loc[whole & total, "scheme_text"] = [
        f"{row.scheme_text}（{int(row.areas_reported_count)}/{int(row.areas_expected_count)}）"
        for row in flows[whole & total].itertuples()
    ]
    if view.area_code and view.area_code != view.region_code:
        flows = flows[flows["area_code"].isin([view.area_code, view.region_code])]
    return flows.reset_index(drop=True)


def courses(view: View, code: str, fund: str) -> None:
    """This year, last year and the budget's pace; years where a home has nothing finer."""
    series = view.rows("region_series", area_code=code, fund_code=fund)
    name = view.name_of(code)
    if series.empty:
        st.info(f"{name}没有{view.scheme_label}的逐期数据。", icon=":material/inbox:")
        return
    if view.period_type == "year":
        upto = series[series["period_code"] <= view.period_code]
        if not upto.empty:
            chart_card(view, years_bars(upto, name, view.scheme_label), key="years")
        return
    budget = data.first(view.rows("budget_against_actual", area_code=code, fund_code=fund)) or {}
    left, right = st.columns(2)
    for slot, column, label, plan in (
        (left, "ytd_income_yuan", "收入", "budget_income_yuan"),
        (right, "ytd_expenditure_yuan", "支出", "budget_expenditure_yuan"),
    ):
        with slot:
            chart_card(
                view,
                year_course(
                    series,
                    column,
                    label,
                    view.period_code,
                    view.period_type,
                    budget.get(plan),
                    course_note(series, view.period_code, budget),
                ),
                key=f"course_{column}",
            )


def main() -> None:
    """The page."""
    view = view_of_page("基金收支")
    if view is None:
        return
    if not view.has_statements:
        business_only(view, "收入、支出和结余")
        return
    code = view.area_code or str(view.areas.iloc[0]["area_code"])
    fund = view.fund(code)
    accounts = with_labels(view.rows("accounts", area_code=code, fund_code=fund or ""))
    trail(view, "flows", chosen_account(accounts))
    st.subheader("收支与结余", anchor=False)
    flows = flows_table(view)
    st.session_state["_flows"] = [
        (row.area_name, SCHEME_WORDS[row.scheme_code]) for row in flows.itertuples()
    ]
    st.session_state["_area_options"] = view.areas.loc[
        view.areas["area_kind"] != "region", "area_name"
    ].tolist()
    # residents' months are those of the last year end, the employees' roll
    reserve = {"employee": "可支付月数", "resident": "年末可支付月数"}.get(view.scheme, "可支付月数")
    show_table(
        view,
        flows,
        [*BASE_COLUMNS, Col("reserve_months", "months", reserve), *COMPARE_COLUMNS[view.compare]],
        key="flows",
        name="基金收支表",
        on_select=open_row,
        empty="这一期没有收支数据。",
    )
    unreported = view.rows("missing_areas")["area_name"].tolist()
    notes = [f"未报送：{'、'.join(unreported)}，不计入合计。" if unreported else "", ROUNDING_NOTE]
    if (flows["origin_code"] != "statement").any():
        notes.append("来源为“业务”的，本期没有报表，由参保、缴费、结算和拨付数据按收付实现制形成。")
    whole = flows[flows["area_kind"] == "region"]
    if view.compare == "同比" and len(whole) and whole["income_yoy_ratio"].isna().all():
        fund_of_whole = str(whole["fund_code"].iloc[-1])
        notes.append(prior_note(view, str(whole["area_code"].iloc[0]), fund_of_whole))
    st.caption("".join(notes))
    if view.shows_residents:
        st.caption(f"注：{RESIDENT_SEASON_NOTE}{RESERVE_NOTE}")
    source_picker(view, flows[flows["scheme_code"] == view.scheme], "flows_source")
    st.subheader(f"{view.name_of(code)} · {view.scheme_label}（{view.basis_label}）", anchor=False)
    if fund is None:
        st.info(f"{view.name_of(code)}没有{view.scheme_label}的数据。", icon=":material/filter_alt_off:")
        return
    courses(view, code, fund)
    account_drill(view, accounts, code, fund)


main()
