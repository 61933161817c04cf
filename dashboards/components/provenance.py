"""「这个数从哪来」: formula with values → source rows → model → checks → clause, for any figure on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import data
from dashboards.components.catalogue import model_text
from dashboards.components.frame import View
from dashboards.components.tables import Col, documented, small_table
from dashboards.labels import NOT_APPLICABLE, document_text, fmt, fmt_months, is_missing, period_label, word

TITLE = "这个数从哪来"
BALANCE = "fund_balance.fct_fund_balance"

# metric → the mart columns its formula uses, in the order of the formula
FORMULA_COLUMNS: dict[str, tuple[str, ...]] = {
    "income_yuan": ("income_yuan", "stated_income_difference_yuan"),
    "expenditure_yuan": ("expenditure_yuan", "stated_expenditure_difference_yuan"),
    "surplus_yuan": ("income_yuan", "expenditure_yuan", "surplus_yuan", "stated_surplus_yuan"),
    "actual_closing_yuan": (
        "opening_yuan",
        "income_yuan",
        "expenditure_yuan",
        "closing_yuan",
        "stated_closing_yuan",
        "closing_difference_yuan",
        "actual_closing_yuan",
    ),
    "reserve_months": ("actual_closing_yuan", "rolling_expenditure_yuan", "reserve_months"),
    "year_end_reserve_months": ("actual_closing_yuan", "rolling_expenditure_yuan", "year_end_reserve_months"),
}
# metric → (the accounts that make it up, its formula where the catalogue has none)
FALLBACK_FORMULA = {
    "income_yuan": "收入 = 各收入科目之和（其中项不重复计入）",
    "expenditure_yuan": "支出 = 各支出科目之和（其中项不重复计入）",
    "surplus_yuan": "当期结余 = 收入 − 支出",
    "actual_closing_yuan": "期末结余 = 上期结余 + 收入 − 支出；报表填报了期末数的，以填报数为准",
    "reserve_months": "可支付月数 = 期末结余 ÷ 月均支出（滚动窗口）",
}
METRIC_WORDS = {
    "actual_closing_yuan": "期末结余",
    "reserve_months": "可支付月数（滚动）",
    "year_end_reserve_months": "年末可支付月数",
    "income_yuan": "收入",
    "expenditure_yuan": "支出",
    "surplus_yuan": "当期结余",
}


@dataclass(frozen=True)
class Figure:
    """Which number is asked about."""

    metric: str
    area_code: str
    fund_code: str


def metric_text(metric: str, value: Any) -> str:
    """A metric's value with its unit."""
    return fmt_months(value) if metric.endswith("reserve_months") else fmt(value, "万元", with_unit=True)


def catalogue_entry(view: View, metric: str) -> dict[str, Any]:
    """The metric's row in the catalogue, by its code with or without the unit suffix; empty where it has none."""
    metrics = view.rows("metrics")
    for code in (metric, metric.removesuffix("_yuan"), metric.removeprefix("actual_")):
        found = metrics[metrics["metric_code"] == code]
        if len(found):
            return found.iloc[0].to_dict()
    return {}


@st.dialog(TITLE, width="large")
def explain(view: View, figure: Figure) -> None:
    """The dialog itself."""
    labels = data.column_labels(view.build, view.scope)
    row = data.first(view.rows("balance", area_code=figure.area_code, fund_code=figure.fund_code))
    entry = catalogue_entry(view, figure.metric)
    name = entry.get("label_zh") or METRIC_WORDS.get(figure.metric, figure.metric)
    area = view.name_of(figure.area_code)
    if row is None:
        st.info(f"{area} {view.period_text} 未报送，没有可追溯的数字。")
        return
    st.markdown(
        f"**{area} · {row['fund_name']} · {period_label(view.period_code)} · {name}："
        f"{metric_text(figure.metric, row.get(figure.metric))}**"
    )
    st.markdown(f"**① 算式**　{entry.get('formula') or FALLBACK_FORMULA.get(figure.metric, '见指标口径')}")
    _values(figure, row, labels)
    st.markdown("**② 原始报表行**")
    _lines(view, figure)
    st.markdown("**③ 模型**")
    _model(view)
    st.markdown("**④ 检查**")
    _checks(view, figure)
    st.markdown("**⑤ 依据**")
    clause = [
        text
        for text in (document_text(entry.get("doc_no"), entry.get("doc_title")), entry.get("clause"))
        if not is_missing(text) and text not in ("", NOT_APPLICABLE)
    ]
    st.markdown("　".join(clause) if clause else "会计恒等式，无须政策依据")
    if not is_missing(entry.get("parameters")) and entry.get("parameters"):
        st.caption(f"参数：{entry['parameters']}")


def _values(figure: Figure, row: dict[str, Any], labels: dict[str, str]) -> None:
    names = FORMULA_COLUMNS.get(figure.metric, (figure.metric,))
    values = [
        {
            "项": labels.get(name, name),
            "数值": metric_text(name, row.get(name)),
            "精确值（元）": fmt(row.get(name), "元") if name.endswith("_yuan") else "—",
        }
        for name in names
        if name in row
    ]
    st.dataframe(pd.DataFrame(values), hide_index=True, width="stretch")
    facts = [f"期初取自：{word('opening_basis', row.get('opening_basis'))}"]
    if row.get("difference_class") not in (None, "none"):
        facts.append(
            f"差异：{word('difference_class', row['difference_class'])} {fmt(row.get('difference_yuan'), '元', signed=True)} 元"
        )
    facts.append(f"报表：{word('statement_code', row.get('statement_code'))}")
    st.caption(" · ".join(facts))


def _lines(view: View, figure: Figure) -> None:
    lines, columns, heading = received_lines(view, figure.area_code, figure.fund_code, "*")
    if lines.empty:
        st.caption("本期没有直接收到的报表行：数字由下级统筹区汇总得出。")
        return
    if heading:
        st.caption(heading)
    small_table(view, lines, columns, 240)
    if len(lines) >= 400:
        st.caption("只列前400行；在基金收支页按统筹区、科目下钻可看全部。")


def received_lines(
    view: View, area_code: str, fund_code: str, account_code: str
) -> tuple[pd.DataFrame, list[Col], str | None]:
    """The received rows behind a figure and their columns; where they are of finer periods, the words above them."""
    lines = view.rows(
        "statement_lines",
        area_code=area_code,
        fund_codes=view.parts(fund_code, area_code),
        account_code=account_code,
    )
    if lines.empty or lines["is_own_period"].all():
        return lines, LINE_COLUMNS, None
    lines["period_text"] = [period_label(str(code)) for code in lines["period_code"]]
    months = (lines["period_type"] == "month").all()
    return lines, FINER_COLUMNS, f"由以下{'月份' if months else '更细期间'}的报表行汇总"


def _model(view: View) -> None:
    st.caption(model_text(view, BALANCE))


def _checks(view: View, figure: Figure) -> None:
    checks = view.rows(
        "checks_of_figure",
        area_code=figure.area_code,
        fund_codes=view.parts(figure.fund_code, figure.area_code),
    )
    if checks.empty:
        st.caption("没有针对这个数的检查结果。")
        return
    small_table(view, documented(checks), CHECK_COLUMNS, 200)


LINE_COLUMNS = [
    Col("area_name", header="统筹区"),
    Col("account_name", header="科目"),
    Col("measure_code", "word", "数别"),
    Col("amount_yuan", "yuan", "金额"),
    Col("file_name", header="文件"),
    Col("sheet_name", header="工作表"),
    Col("row_number", "count", "行"),
    Col("cell_ref", header="单元格"),
    Col("is_active", "active", "是否采用"),
]
FINER_COLUMNS = [Col("period_text", header="统计期"), *LINE_COLUMNS]
CHECK_COLUMNS = [
    Col("check_id", header="编号"),
    Col("check_name", header="检查"),
    Col("kind", "word", "性质"),
    Col("status", "word", "结果"),
    Col("violated_count", "count", "不符条数"),
    Col("doc_text", header="文件依据"),
    Col("clause", header="条款"),
]


def source_button(view: View, figure: Figure, key: str) -> None:
    """A small button beside a number that opens the dialog."""
    if st.button(TITLE, key=key, icon=":material/account_tree:", type="tertiary"):
        explain(view, figure)


def source_picker(view: View, areas: pd.DataFrame, key: str) -> None:
    """For tables: choose area and metric, then open the dialog.  ``areas``: area_code, area_name, fund_code."""
    known = areas.dropna(subset=["fund_code"])
    if known.empty:
        return
    labels = {f"{row.area_name}": (row.area_code, row.fund_code) for row in known.itertuples()}
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        area = st.selectbox("追溯：统筹区", list(labels), key=f"{key}_area", width=220)
        metric = st.selectbox(
            "追溯：数字",
            list(METRIC_WORDS),
            format_func=METRIC_WORDS.__getitem__,
            key=f"{key}_metric",
            width=160,
        )
        if st.button(TITLE, key=f"{key}_open", icon=":material/account_tree:"):
            code, fund = labels[area]
            explain(view, Figure(metric, code, fund))
