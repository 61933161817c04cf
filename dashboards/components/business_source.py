"""「这个数从哪来」 of a figure that comes from the business feeds: formula with values → rows → model → checks → clause."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import data
from dashboards.components.catalogue import model_text
from dashboards.components.frame import View
from dashboards.components.provenance import CHECK_COLUMNS, TITLE, catalogue_entry
from dashboards.components.rows_drill import rows_block
from dashboards.components.tables import documented, small_table
from dashboards.labels import NOT_APPLICABLE, document_text, fmt, fmt_metric, is_missing

# metric → the columns of its row that its formula uses, in the order of the formula
FORMULA_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "spending_yuan": (
        "head_count", "visits_per_head", "cost_per_visit_yuan", "fund_share_ratio", "spending_yuan",
        "prior_spending_yuan", "growth_yuan",
    ),
    "heads_contribution_yuan": (
        "prior_head_count", "head_count", "prior_spending_yuan", "spending_yuan", "heads_contribution_yuan",
    ),
    "visits_contribution_yuan": (
        "prior_visits_per_head", "visits_per_head", "prior_spending_yuan", "spending_yuan",
        "visits_contribution_yuan",
    ),
    "cost_contribution_yuan": (
        "prior_cost_per_visit_yuan", "cost_per_visit_yuan", "prior_spending_yuan", "spending_yuan",
        "cost_contribution_yuan",
    ),
    "share_contribution_yuan": (
        "prior_fund_share_ratio", "fund_share_ratio", "prior_spending_yuan", "spending_yuan",
        "share_contribution_yuan",
    ),
    "insured_count": ("insured_count", "prior_insured_count", "double_enrolled_count"),
    "due_yuan": ("due_yuan", "collected_of_due_yuan", "collection_ratio"),
    "collected_of_due_yuan": ("on_time_yuan", "late_yuan", "collected_of_due_yuan", "due_yuan", "collection_ratio"),
    "collected_yuan": ("collected_yuan", "collected_arrears_yuan", "prepaid_yuan", "refund_yuan"),
    "arrears_yuan": ("arrears_short_yuan", "arrears_medium_yuan", "arrears_long_yuan", "arrears_yuan"),
    "difference_yuan": (
        "business_yuan", "unpaid_yuan", "deduction_yuan", "deposit_yuan", "case_group_yuan", "prepayment_yuan",
        "other_payment_yuan", "unexplained_yuan", "statement_yuan", "difference_yuan",
    ),
}  # fmt: skip
EACH = {"cost_per_visit_yuan", "prior_cost_per_visit_yuan"}
TIMES = {"visits_per_head", "prior_visits_per_head"}


@dataclass(frozen=True)
class BusinessFigure:
    """Which number is asked about: a metric of one row of a published relation; ``rows`` names what it drills to."""

    metric: str
    relation: str
    row: Mapping[str, Any]
    name: str
    rows: str | None = None
    unit: str | None = None


def value_text(name: str, value: Any, unit: str | None = None) -> str:
    """A column's value with its unit, by what its name promises."""
    if unit:
        return fmt_metric(value, unit)
    if name in EACH:
        return fmt(value, "元", with_unit=True)
    if name in TIMES:
        return fmt(value, "次", with_unit=True)
    if name.endswith("_yuan"):
        return fmt(value, "万元", with_unit=True)
    if name.endswith("_ratio"):
        return fmt(value, "%")
    return fmt(value, "人", with_unit=True)


@st.dialog(TITLE, width="large")
def explain_business(view: View, figure: BusinessFigure) -> None:
    """The dialog itself."""
    entry = catalogue_entry(view, figure.metric)
    value = value_text(
        figure.metric, figure.row.get(figure.metric, figure.row.get("indicator_value")), figure.unit
    )
    st.markdown(f"**{view.shown_area} · {view.period_text} · {figure.name}：{value}**")
    st.markdown(f"**① 算式**　{entry.get('formula') or '见指标口径'}")
    if entry.get("definition"):
        st.caption(str(entry["definition"]))
    _values(view, figure)
    st.markdown("**② 明细行**")
    rows_block(view, figure.rows, figure.metric, figure.row)
    st.markdown("**③ 模型**")
    _model(view, figure.relation)
    st.markdown("**④ 检查**")
    _checks(view, figure.relation)
    st.markdown("**⑤ 依据**")
    clause = [
        text
        for text in (document_text(entry.get("doc_no"), entry.get("doc_title")), entry.get("clause"))
        if not is_missing(text) and text not in ("", NOT_APPLICABLE)
    ]
    st.markdown("　".join(clause) if clause else "本产品的设计约定，无须政策依据")
    if not is_missing(entry.get("parameters")) and entry.get("parameters"):
        st.caption(f"参数：{entry['parameters']}")


def _values(view: View, figure: BusinessFigure) -> None:
    labels = data.column_labels(view.build, view.scope)
    names = [name for name in FORMULA_COLUMNS.get(figure.metric, ()) if name in figure.row]
    if figure.unit:
        parts = ("numerator", "denominator")
        values = [
            {"项": labels.get(name, name), "数值": f"{float(figure.row[name]):,.2f}".replace("-", "−")}
            for name in parts
        ]
        values += [
            {"项": labels.get(name, name), "数值": fmt_metric(figure.row[name], figure.unit)}
            for name in ("indicator_value", "region_value", "prior_year_value")
        ]
    else:
        values = [
            {
                "项": labels.get(name, name),
                "数值": value_text(name, figure.row[name]),
                "精确值": fmt(figure.row[name], "元", with_unit=True)
                if name.endswith("_yuan")
                else NOT_APPLICABLE,
            }
            for name in names
        ]
    st.dataframe(pd.DataFrame(values), hide_index=True, width="stretch")


def _model(view: View, relation: str) -> None:
    st.caption(model_text(view, relation))


def _checks(view: View, relation: str) -> None:
    area = str(view.area_code)
    fund = view.fund(area) or ""
    months = data.first(view.rows("period_months")) or {}
    checks = view.rows(
        "checks_of_business",
        relation=relation,
        area_code=area,
        fund_codes=view.parts(fund, area),
        first_month=str(months.get("first_month")),
        last_month=str(months.get("last_month")),
    )
    if checks.empty:
        st.caption("没有针对这个数的检查结果。")
        return
    small_table(view, documented(checks), CHECK_COLUMNS, 200)


def figure_picker(view: View, figures: list[BusinessFigure], key: str) -> None:
    """Choose one of the figures shown above, then open the dialog."""
    if not figures:
        return
    names = list(dict.fromkeys(figure.name for figure in figures))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        name = st.selectbox("追溯：数字", names, placeholder="请选择", key=f"{key}_figure", width=320)
        if st.button(TITLE, key=f"{key}_open", icon=":material/account_tree:"):
            open_figure(view, figures, str(name), explain_business)


def open_figure(
    view: View, figures: list[BusinessFigure], name: str, show: Callable[[View, BusinessFigure], None]
) -> None:
    """Open the dialog of the figure with this name."""
    show(view, next(figure for figure in figures if figure.name == name))
