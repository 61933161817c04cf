"""「这个数从哪来」: formula with values → source rows → model → checks → clause, for any figure on a page."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
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
    "actual_closing_yuan": "期末结余 = 上期结余 + 收入 − 支出；报表列报了期末数的，以列报数为准",
    "reserve_months": "可支付月数 = 期末结余 ÷ 月均支出（滚动窗口）",
}
# sums that several funds of an area make, the finest parts first
FUND_PARTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "310000": (("310100", "310200"),),
    "POOLED": (("310100", "390100"),),
    "ALL": (("310100", "310200", "390100"), ("310000", "390100"), ("310100", "310200")),
}
# what the region's own adjustment funds add to the sum of its areas
ADJUSTMENTS = {
    "310100": ("ADJ310",),
    "310000": ("ADJ310",),
    "390100": ("ADJ390",),
    "POOLED": ("ADJ310", "ADJ390"),
    "ALL": ("ADJ310", "ADJ390"),
}
CENT = Decimal("0.01")
# metrics that are sums wherever the statement is one: each metric of a sum is the sum of its parts' metric
SUMMED = ("income_yuan", "expenditure_yuan", "surplus_yuan", "actual_closing_yuan")
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
    parts = parts_of_sum(view, figure, row)
    if parts.empty:
        st.markdown(
            f"**① 算式**　{entry.get('formula') or FALLBACK_FORMULA.get(figure.metric, '见指标口径')}"
        )
        _values(figure, row, labels)
    else:
        st.markdown(f"**① 算式**　{sum_sentence(figure, parts, name)}")
        small_table(view, parts, SUM_COLUMNS, "content")
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


def parts_of_sum(view: View, figure: Figure, row: dict[str, Any]) -> pd.DataFrame:
    """The parts whose figures make this one, with a last row for their sum; empty where it is no sum of parts."""
    if figure.metric not in SUMMED or not row.get("is_actual") or not is_missing(row["stated_closing_yuan"]):
        return pd.DataFrame()
    found = view.rows("balance_parts", area_code=figure.area_code, fund_code=figure.fund_code)
    return add_up(found, figure, row)


def add_up(found: pd.DataFrame, figure: Figure, row: dict[str, Any]) -> pd.DataFrame:
    """Of the statements that may be parts, those that give the figure to the cent, and their sum; else no rows."""
    own, below = found[~found["is_of_area"]], found[found["is_of_area"]]
    sets = [own[own["fund_code"].isin(codes)] for codes in FUND_PARTS.get(figure.fund_code, ())]
    complete = [
        part
        for part, codes in zip(sets, FUND_PARTS.get(figure.fund_code, ()), strict=True)
        if len(part) == len(codes)
    ]
    if len(below):
        adjusted = own[own["fund_code"].isin(ADJUSTMENTS.get(figure.fund_code, ()))]
        complete.insert(0, pd.concat([below, adjusted]))
    shown = Decimal(str(row[figure.metric]))
    for part in complete:
        amounts = [Decimal(str(value)) for value in part[figure.metric]]
        if len(part) > 1 and abs(sum(amounts) - shown) < CENT:
            names = part["area_name"].where(part["is_of_area"], part["fund_name"])
            basis = part["is_closing_stated"].map({True: "列报", False: "计算"})
            listed = pd.DataFrame(
                {
                    "part": names,
                    "part_yuan": part[figure.metric],
                    "basis": basis if figure.metric == "actual_closing_yuan" else "报表科目",
                }
            )
            total = pd.DataFrame({"part": ["合计"], "part_yuan": [row[figure.metric]], "basis": ["上列之和"]})
            return pd.concat([listed, total], ignore_index=True)
    return pd.DataFrame()


def sum_sentence(figure: Figure, parts: pd.DataFrame, name: str) -> str:
    """In words: this is a sum of so many parts, and how each part's own figure is made."""
    own = "；各部分有列报期末的取列报，没有的取计算期末" if figure.metric == "actual_closing_yuan" else ""
    return f"合计 = 下列{len(parts) - 1}个部分的{name}之和{own}。"


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


SUM_COLUMNS = [
    Col("part", header="组成部分"),
    Col("part_yuan", "yuan", "数值"),
    Col("basis", header="取自"),
]
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
        area = st.selectbox("追溯：统筹区", list(labels), placeholder="请选择", key=f"{key}_area", width=220)
        metric = st.selectbox(
            "追溯：数字",
            list(METRIC_WORDS),
            format_func=METRIC_WORDS.__getitem__,
            placeholder="请选择",
            key=f"{key}_metric",
            width=160,
        )
        if st.button(TITLE, key=f"{key}_open", icon=":material/account_tree:"):
            code, fund = labels[area]
            explain(view, Figure(metric, code, fund))
