"""Charts of the business feeds: what moved spending, who is insured, what came in, business against statement."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboards.charts import COLORWAY, INK, LAST_YEAR, MINUS, PLUS, THIS_YEAR, Chart, titled
from dashboards.labels import fmt, is_missing, period_label, word

UNIT = "万元"
MONTHS_SHOWN = 13

# column of the mart, how the factor reads
UNSPLIT = "不可分解"
FACTORS = (
    ("heads_contribution_yuan", "参保人数"),
    ("visits_contribution_yuan", "人均就诊次数"),
    ("cost_contribution_yuan", "次均费用"),
    ("share_contribution_yuan", "基金支付比例"),
    ("unsplit_contribution_yuan", UNSPLIT),
)
CAUSES = (
    ("unpaid_yuan", "结算与支付的时间差"),
    ("deduction_yuan", "审核扣款"),
    ("deposit_yuan", "质量保证金"),
    ("case_group_yuan", "病组结算差额"),
    ("prepayment_yuan", "预付与收回"),
    ("other_payment_yuan", "其他支付"),
    ("unexplained_yuan", "原因不明"),
)


def _scaled(value: Any) -> float:
    return float(value) / 10_000


def more_or_less(value: Any) -> str:
    """A signed amount in words: 多 1.20万元 / 少 1.20万元."""
    return f"{'多' if float(value) >= 0 else '少'}{fmt(abs(float(value)), UNIT)}万元"


def part_bars(
    parts: pd.DataFrame, title: str, note: str, head: str, *, neutral: str = "", unit: str = UNIT
) -> Chart:
    """What a difference is made of: one bar a part, to the right adds, to the left takes away.

    ``parts``: label, amount_yuan, in the order of reading; ``neutral`` is the label drawn in grey; ``unit`` is
    what the amounts are printed in.
    """
    labels = parts["label"].tolist()[::-1]
    amounts = [float(value) for value in parts["amount_yuan"]][::-1]
    texts = [fmt(value, unit, signed=True) for value in amounts]
    colors = [
        LAST_YEAR if label == neutral else (PLUS if amount >= 0 else MINUS)
        for label, amount in zip(labels, amounts, strict=True)
    ]
    figure = go.Figure(
        go.Bar(
            x=[_scaled(value) for value in amounts],
            y=labels,
            orientation="h",
            text=texts,
            textposition="outside",
            textfont={"color": INK},
            cliponaxis=False,
            marker={"color": colors},
            hovertemplate="%{y}：%{text} " + unit + "<extra></extra>",
        )
    )
    figure.add_vline(x=0, line={"color": INK, "width": 1})
    reach = max((abs(_scaled(value)) for value in amounts), default=0) or 1.0
    figure.update_xaxes(visible=False, fixedrange=True, range=[-reach * 1.45, reach * 1.45])
    figure.update_yaxes(fixedrange=True, type="category")
    figure.update_layout(showlegend=False, bargap=0.35)
    table = pd.DataFrame({head: labels[::-1], f"金额（{unit}）": texts[::-1]})
    listed = "；".join(f"{label}{text}" for label, text in zip(labels[::-1], texts[::-1], strict=True))
    chart = titled(figure, title, note, height=120 + 38 * len(labels), width=66)
    return Chart(chart, title, f"{title}。{listed}。", table)


def leading_factors(factors: list[tuple[str, Any]]) -> str:
    """What pushed most and what pulled most, in words; what could not be split by its own name."""
    known = [(label, float(value)) for label, value in factors if label != UNSPLIT]
    up = max(known, key=lambda pair: pair[1])
    down = min(known, key=lambda pair: pair[1])
    said = [
        f"{verb}最多的是{label}（{fmt(value, UNIT, signed=True)}）"
        for verb, (label, value), counts in (("推高", up, up[1] > 0), ("拉低", down, down[1] < 0))
        if counts
    ]
    said += [f"{label}{fmt(value, UNIT, signed=True)}" for label, value in factors if label == UNSPLIT]
    return "".join(f"，{text}" for text in said)


def driver_bars(row: dict[str, Any], area_name: str, scheme_label: str, period_code: str) -> Chart:
    """What moved the spending since the same period of last year: one bar a factor."""
    shown = [
        (label, row[column])
        for column, label in FACTORS
        if not (column == "unsplit_contribution_yuan" and float(row[column]) == 0)
    ]
    parts = pd.DataFrame(shown, columns=["label", "amount_yuan"])
    title = (
        f"{area_name}{scheme_label}{period_label(period_code)}基金支付{fmt(row['spending_yuan'], UNIT)}万元，"
        f"比上年同期{more_or_less(row['growth_yuan'])}{leading_factors(shown)}"
    )
    note = f"单位：{UNIT} · 蓝色推高、橙色拉低 · 对数平均分解，各项之和等于增减额"
    return part_bars(parts, title, note, "因素", neutral=UNSPLIT)


def difference_bars(causes: pd.DataFrame, area_name: str, period_code: str) -> Chart:
    """What was paid beside the rules: one bar a cause, to the right too much, to the left too little.

    ``causes``: group_name, settlement_count, difference_yuan.
    """
    parts = pd.DataFrame({"label": causes["group_name"], "amount_yuan": causes["difference_yuan"]})
    leading = causes.loc[causes["difference_yuan"].astype(float).abs().idxmax()]
    more = "多付" if float(leading["difference_yuan"]) >= 0 else "少付"
    title = (
        f"{area_name}{period_label(period_code)}待遇与规定的差额，最大的原因是{leading['group_name']}："
        f"{fmt(leading['settlement_count'], '个')}笔、净{more}{fmt(abs(float(leading['difference_yuan'])), '元')}元"
    )
    note = "单位：元 · 实际支付 − 按规定应付，蓝色为净多付、橙色为净少付"
    return part_bars(parts, title, note, "原因", unit="元")


def reconciliation_bars(row: dict[str, Any], area_name: str, period_code: str) -> Chart:
    """Why the statement's line differs from the business sum: one bar a cause."""
    shown = [
        (label, row[column])
        for column, label in CAUSES
        if not is_missing(row.get(column)) and (float(row[column]) != 0 or column == "unexplained_yuan")
    ]
    parts = pd.DataFrame(shown, columns=["label", "amount_yuan"])
    rest = row["unexplained_yuan"]
    said = "原因全部查明"
    if float(rest) != 0:
        rounding = not is_missing(row.get("tolerance_yuan")) and abs(float(rest)) <= float(
            row["tolerance_yuan"]
        )
        said = (
            "原因全部查明（尾差为报表四舍五入）"
            if rounding
            else f"其中{fmt(rest, UNIT, signed=True)}万元原因不明"
        )
    title = (
        f"{area_name}{row['fund_short']}{row['line_name']}：报表{fmt(row['statement_yuan'], UNIT)}万元，"
        f"比业务结算{more_or_less(row['difference_yuan'])}，{said}"
    )
    note = f"{period_label(period_code)} · 单位：{UNIT} · 报表 − 业务，蓝色使报表更多、橙色使报表更少"
    return part_bars(parts, title, note, "原因", neutral="原因不明")


def _months(series: pd.DataFrame) -> list[str]:
    return sorted(series["period_code"].unique())[-MONTHS_SHOWN:]


def insured_bars(series: pd.DataFrame, area_name: str, scheme: str, scheme_label: str) -> Chart:
    """Insured persons at the month ends, stacked by person group (by scheme for both schemes).

    ``series``: scheme_code, person_group_code, period_code, insured_count.
    """
    months = _months(series)
    whole = series[(series["scheme_code"] == scheme) & (series["person_group_code"] == "all")]
    totals = {str(row.period_code): row.insured_count for row in whole.itertuples()}
    if scheme == "all":
        parts = series[(series["scheme_code"] != "all") & (series["person_group_code"] == "all")]
        by, words = "scheme_code", "scheme_code"
    else:
        parts = series[(series["scheme_code"] == scheme) & (series["person_group_code"] != "all")]
        by, words = "person_group_code", "person_group_code"
    labels = [period_label(code) for code in months]
    table = pd.DataFrame({"月末": labels})
    figure = go.Figure()
    for number, code in enumerate(dict.fromkeys(parts[by])):
        found = {str(row.period_code): row.insured_count for row in parts[parts[by] == code].itertuples()}
        name = word(words, code)
        figure.add_trace(
            go.Bar(
                x=labels,
                y=[None if month not in found else float(found[month]) for month in months],
                name=name,
                marker={"color": COLORWAY[number % len(COLORWAY)]},
                customdata=[[fmt(found.get(month), "人")] for month in months],
                hovertemplate="%{x}末" + name + "：%{customdata[0]} 人<extra></extra>",
            )
        )
        table[f"{name}（人）"] = [fmt(found.get(month), "人") for month in months]
    table["合计（人）"] = [fmt(totals.get(month), "人") for month in months]
    last = months[-1] if months else ""
    title = (
        f"{area_name}{scheme_label}{period_label(last)}末参保{fmt(totals.get(last), '人', with_unit=True)}"
    )
    # one label in three: a year's months do not fit side by side
    figure.update_xaxes(
        tickangle=0, fixedrange=True, type="category", tickmode="array", tickvals=labels[::-1][::3][::-1]
    )
    figure.update_yaxes(fixedrange=True, rangemode="tozero", tickformat=",.0f")
    figure.update_layout(barmode="stack", bargap=0.3, showlegend=True)
    note = f"单位：人 · 月末在保人数，近{len(months)}个月"
    if scheme == "all":
        note += " · 两个险种都参保的，合计只计一次"
    return Chart(titled(figure, title, note, height=330, width=66, legend=True), title, f"{title}。", table)


def collection_bars(funds: pd.DataFrame, area_name: str, period_code: str) -> Chart:
    """Due as a wide grey bar, collected of it as a thin blue one, per fund.

    ``funds``: label, due_yuan, collected_of_due_yuan, collection_ratio, arrears_yuan.
    """
    shown = funds.iloc[::-1]
    figure = go.Figure()
    figure.add_trace(
        go.Bar(
            y=shown["label"],
            x=[_scaled(value) for value in shown["due_yuan"]],
            orientation="h",
            width=0.62,
            name="应收",
            marker={"color": "#DDE2E7"},
            text=[
                f"{fmt(row.due_yuan, UNIT)}（{fmt(row.collection_ratio, '%')}）" for row in shown.itertuples()
            ],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}应收：%{text}<extra></extra>",
        )
    )
    figure.add_trace(
        go.Bar(
            y=shown["label"],
            x=[_scaled(value) for value in shown["collected_of_due_yuan"]],
            orientation="h",
            width=0.28,
            name="其中到期末已收",
            marker={"color": THIS_YEAR},
            customdata=[[fmt(value, UNIT)] for value in shown["collected_of_due_yuan"]],
            hovertemplate="%{y}已收：%{customdata[0]} 万元<extra></extra>",
        )
    )
    lowest = funds.loc[funds["collection_ratio"].astype(float).idxmin()]
    title = (
        f"{area_name}{period_label(period_code)}{lowest['label']}应收{fmt(lowest['due_yuan'], UNIT)}万元，"
        f"到期末已收{fmt(lowest['collection_ratio'], '%')}"
    )
    table = pd.DataFrame(
        {
            "项目": funds["label"],
            f"应收（{UNIT}）": [fmt(value, UNIT) for value in funds["due_yuan"]],
            f"已收（{UNIT}）": [fmt(value, UNIT) for value in funds["collected_of_due_yuan"]],
            "征缴率": [fmt(value, "%") for value in funds["collection_ratio"]],
        }
    )
    figure.update_layout(barmode="overlay", margin={"r": 170})
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(fixedrange=True, type="category")
    note = f"单位：{UNIT} · 灰条为应收（财政补助为全年应补助），括号内为到账比例"
    listed = "；".join(f"{row['项目']}{row['征缴率']}" for _, row in table.iterrows())
    height = 130 + 44 * len(funds)
    return Chart(
        titled(figure, title, note, height=height, width=66, legend=True),
        title,
        f"{title}。{listed}。",
        table,
    )
