"""Charts of fund accounts: how the balance formed, the year's course, budget against actual."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboards.charts import BUDGET, LAST_YEAR, MINUS, PLUS, THIS_YEAR, TOTAL, Chart, titled, wrap
from dashboards.labels import fmt, is_missing, period_label
from dashboards.palette import GREY

UNIT = "万元"


def _scaled(value: float) -> float:
    return float(value) / 10_000


# a step that would be printed as 0.00 of the unit is not drawn
HALF_OF_LAST_DIGIT = 50
NEUTRAL_STEPS = {"stated_difference"}


def _step_color(step_code: str, height: float, is_total: bool) -> str:
    """Blue adds, orange takes away, dark grey is a balance, light grey a difference inside the report."""
    if is_total:
        return TOTAL
    if step_code in NEUTRAL_STEPS:
        return LAST_YEAR
    return PLUS if height >= 0 else MINUS


def balance_waterfall(steps: pd.DataFrame, area_name: str, fund_name: str, period_code: str) -> Chart:
    """From the opening to the closing balance, one bar a step.

    ``steps``: step_code, step_label_zh, step_yuan, running_yuan, is_total, in order and without zero steps.
    """
    shown = steps["is_total"].astype(bool) | (steps["step_yuan"].astype(float).abs() >= HALF_OF_LAST_DIGIT)
    steps = steps[shown].reset_index(drop=True)
    totals = steps["is_total"].astype(bool)
    labels = [wrap(label, 5) for label in steps["step_label_zh"]]
    heights = [_scaled(value) for value in steps["step_yuan"]]
    ends = [_scaled(value) for value in steps["running_yuan"]]
    # bars on a base, not Plotly's waterfall: that one has no colour for a step which is no movement of money
    figure = go.Figure(
        go.Bar(
            x=labels,
            y=heights,
            base=[
                0 if total else end - height for total, end, height in zip(totals, ends, heights, strict=True)
            ],
            text=[
                fmt(value, UNIT, signed=not total)
                for value, total in zip(steps["step_yuan"], totals, strict=True)
            ],
            textposition="outside",
            textfont={"size": 12},
            cliponaxis=False,
            marker={
                "color": [
                    _step_color(code, height, total)
                    for code, height, total in zip(steps["step_code"], heights, totals, strict=True)
                ]
            },
            customdata=steps[["step_label_zh"]].to_numpy(),
            hovertemplate="%{customdata[0]}：%{text} 万元<extra></extra>",
        )
    )
    for number, end in enumerate(ends[:-1]):
        figure.add_shape(
            type="line",
            x0=number,
            x1=number + 1,
            y0=end,
            y1=end,
            line={"color": GREY, "width": 1},
            layer="below",
        )
    table = pd.DataFrame(
        {
            "步骤": steps["step_label_zh"],
            f"金额（{UNIT}）": [
                fmt(value, UNIT, signed=not total)
                for value, total in zip(steps["step_yuan"], totals, strict=True)
            ],
            f"累计（{UNIT}）": [fmt(value, UNIT) for value in steps["running_yuan"]],
        }
    ).reset_index(drop=True)
    title = f"{area_name}{fund_name}：由{fmt(steps['step_yuan'].iloc[0], UNIT)}万元到{table.iloc[-1, 2]}万元"
    highest, lowest = _scaled(steps["running_yuan"].max()), _scaled(min(steps["running_yuan"].min(), 0))
    span = max(highest - lowest, 1.0)
    # what is printed below a bar that ends near the bottom must not run into the names under the axis
    downward = [end for end, height in zip(ends, heights, strict=True) if height < 0]
    below = 0.14 if min(downward, default=highest) - lowest < span * 0.08 else 0.06
    figure.update_yaxes(visible=False, range=[lowest - span * below, highest + span * 0.14], fixedrange=True)
    figure.update_xaxes(tickangle=0, fixedrange=True, type="category", tickfont={"size": 12})
    figure.update_layout(showlegend=False, bargap=0.25)
    neutral = "、浅灰为报表与计算之差" if steps["step_code"].isin(NEUTRAL_STEPS).any() else ""
    note = f"{period_label(period_code)} · 单位：{UNIT} · 蓝色为增、橙色为减、深灰为结余{neutral}；不足 0.01 万元的步骤不画"
    listed = "；".join(f"{row['步骤']}{row.iloc[1]}" for _, row in table.iterrows())
    return Chart(titled(figure, title, note, height=380, width=66), title, f"{title}。{listed}。", table)


_MONTHS = [f"{number}月" for number in range(1, 13)]
_PARTS = {
    "month": _MONTHS,
    "quarter": ["一季度", "二季度", "三季度", "四季度"],
    "half": ["上半年", "下半年"],
}


def _slot(period_code: str) -> int:
    """Position of a period in its year, from 0."""
    return (int(period_code[5:]) if period_code[4] in "QH" else int(period_code[4:])) - 1


def year_course(
    series: pd.DataFrame,
    column: str,
    word: str,
    period_code: str,
    period_type: str,
    budget: float | None,
    warning: str = "",
) -> Chart:
    """Year-to-date lines: this year solid, last year grey, the budget as a straight dashed pace.

    ``series``: period_code and ``column`` (year-to-date, yuan); ``budget``: the year's budget in yuan or None;
    ``warning``: what does not compare.
    """
    year = period_code[:4]
    slots = _PARTS[period_type]
    before = str(int(year) - 1)
    lines = {name: series[series["period_code"].str[:4] == name] for name in (year, before)}
    lines[year] = lines[year][lines[year]["period_code"] <= period_code]
    figure = go.Figure()
    values: dict[str, list[float | None]] = {}
    for name, frame in lines.items():
        points: list[float | None] = [None] * len(slots)
        for _, row in frame.iterrows():
            points[_slot(row["period_code"])] = None if is_missing(row[column]) else float(row[column])
        values[name] = points
    for name, color, width in ((before, LAST_YEAR, 2), (year, THIS_YEAR, 3)):
        points = values[name]
        if any(point is not None for point in points):
            figure.add_trace(
                go.Scatter(
                    x=slots,
                    y=[None if point is None else _scaled(point) for point in points],
                    mode="lines+markers",
                    name=f"{name}年",
                    line={"color": color, "width": width},
                    text=[fmt(point, UNIT) for point in points],
                    hovertemplate="%{x}累计：%{text} 万元<extra>%{fullData.name}</extra>",
                )
            )
    if not is_missing(budget):
        figure.add_trace(
            go.Scatter(
                x=[slots[0], slots[-1]],
                y=[_scaled(budget) / len(slots), _scaled(budget)],
                mode="lines",
                name="预算均匀进度",
                line={"color": BUDGET, "width": 2, "dash": "dash"},
                hoverinfo="skip",
            )
        )
    known = lines[year].dropna(subset=[column])
    last = known.loc[known["period_code"].map(_slot).idxmax()] if len(known) else None
    title = f"{period_label(period_code)}未报送，{year}年还没有累计{word}"
    if last is not None:
        # the figure is of the last period that was reported, and is said to be
        title = f"{period_label(last['period_code'])}累计{word}{fmt(last[column], UNIT)}万元"
        if last["period_code"] != period_code:
            title = f"{period_label(period_code)}未报送；{title}"
    if not is_missing(budget):
        title += f"，全年预算{fmt(budget, UNIT)}万元"
    table = pd.DataFrame(
        {
            "时间": slots,
            f"{year}年累计{word}（{UNIT}）": [fmt(point, UNIT) for point in values[year]],
            f"{before}年累计{word}（{UNIT}）": [fmt(point, UNIT) for point in values[before]],
        }
    )
    if not is_missing(budget):
        table[f"全年预算（{UNIT}）"] = fmt(budget, UNIT)
    figure.update_yaxes(rangemode="tozero", fixedrange=True, tickformat=",.0f")
    figure.update_xaxes(fixedrange=True, categoryorder="array", categoryarray=slots)
    note = f"年初以来累计 · 单位：{UNIT} · 今年实线、去年灰线、预算虚线；缺报的时间不连线"
    note += f" · {warning}" if warning else ""
    return Chart(titled(figure, title, note, height=340, legend=True), title, f"{title}。", table)


def years_bars(series: pd.DataFrame, area_name: str, fund_name: str) -> Chart:
    """Income and expenditure by year, for homes that only have yearly figures; else the closing balances.

    ``series``: period_code, income_yuan, expenditure_yuan, actual_closing_yuan.
    """
    figures = [("income_yuan", "收入", PLUS), ("expenditure_yuan", "支出", MINUS)]
    flows = series.dropna(subset=["income_yuan", "expenditure_yuan"], how="all")
    if flows.empty:
        figures = [("actual_closing_yuan", "期末结余", TOTAL)]
        flows = series.dropna(subset=["actual_closing_yuan"])
    labels = [period_label(code) for code in flows["period_code"]]
    figure = go.Figure()
    for column, name, color in figures:
        figure.add_trace(
            go.Bar(
                x=labels,
                y=[None if is_missing(value) else _scaled(value) for value in flows[column]],
                name=name,
                marker={"color": color},
                text=["" if is_missing(value) else fmt(value, "亿元") for value in flows[column]],
                textposition="outside",
                cliponaxis=False,
                hovertemplate="%{x}" + name + "：%{text} 亿元<extra></extra>",
            )
        )
    if flows.empty:
        title = f"{area_name}{fund_name}没有逐年数据"
    else:
        last = flows.iloc[-1]
        said = "、".join(f"{name}{fmt(last[column], '亿元')}亿元" for column, name, _ in figures)
        title = f"{area_name}{fund_name}{period_label(last['period_code'])}{said}"
    table = pd.DataFrame(
        {
            "年度": labels,
            "收入（亿元）": [fmt(value, "亿元") for value in flows["income_yuan"]],
            "支出（亿元）": [fmt(value, "亿元") for value in flows["expenditure_yuan"]],
            "期末结余（亿元）": [fmt(value, "亿元") for value in flows["actual_closing_yuan"]],
        }
    )
    figure.update_yaxes(visible=False, fixedrange=True)
    figure.update_xaxes(type="category", fixedrange=True)
    figure.update_layout(barmode="group", bargap=0.35, showlegend=True)
    note = "单位：亿元 · 没有数的年份不画"
    return Chart(titled(figure, title, note, height=360, width=60, legend=True), title, f"{title}。", table)


def budget_bars(row: dict[str, float], period_code: str, warning: str = "") -> Chart:
    """The year's budget as a wide grey bar and the year-to-date actual as a thin bar on it, per side.

    ``warning``: what does not compare.
    """
    sides = [
        ("支出", "budget_expenditure_yuan", "ytd_expenditure_yuan"),
        ("收入", "budget_income_yuan", "ytd_income_yuan"),
    ]
    names = [name for name, _, _ in sides]
    budgets = [row[column] for _, column, _ in sides]
    actuals = [row[column] for _, _, column in sides]
    figure = go.Figure()
    figure.add_trace(
        go.Bar(
            y=names,
            x=[None if is_missing(value) else _scaled(value) for value in budgets],
            orientation="h",
            width=0.62,
            name="全年预算",
            marker={"color": "#DDE2E7"},
            customdata=[[fmt(value, UNIT)] for value in budgets],
            hovertemplate="%{y}预算：%{customdata[0]} 万元<extra></extra>",
        )
    )
    # beyond the longer of the two bars: where more was spent than planned, the thin bar covers the wide one's end
    for side, budget, actual in zip(names, budgets, actuals, strict=True):
        if not is_missing(budget):
            figure.add_annotation(
                x=max(_scaled(value) for value in (budget, actual) if not is_missing(value)),
                y=side,
                text=fmt(budget, UNIT),
                showarrow=False,
                xanchor="left",
                xshift=4,
            )
    figure.add_trace(
        go.Bar(
            y=names,
            x=[None if is_missing(value) else _scaled(value) for value in actuals],
            orientation="h",
            width=0.28,
            name=f"{period_label(period_code)}累计执行",
            marker={"color": PLUS},
            text=[fmt(value, UNIT) for value in actuals],
            textposition="inside",
            insidetextanchor="start",
            hovertemplate="%{y}执行：%{text} 万元<extra></extra>",
        )
    )
    table = pd.DataFrame(
        {
            "项目": names[::-1],
            f"全年预算（{UNIT}）": [fmt(value, UNIT) for value in budgets[::-1]],
            f"累计执行（{UNIT}）": [fmt(value, UNIT) for value in actuals[::-1]],
        }
    )
    title = (
        f"累计收入{fmt(actuals[1], UNIT)}万元（预算{fmt(budgets[1], UNIT)}），"
        f"支出{fmt(actuals[0], UNIT)}万元（预算{fmt(budgets[0], UNIT)}）"
    )
    if all(is_missing(value) for value in actuals):
        title = f"全年预算收入{fmt(budgets[1], UNIT)}万元、支出{fmt(budgets[0], UNIT)}万元；本期未报送，没有累计执行数"
    figure.update_layout(barmode="overlay", margin={"r": 110})
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(fixedrange=True)
    return Chart(
        titled(
            figure,
            title,
            f"单位：{UNIT} · 灰条为全年预算" + (f" · {warning}" if warning else ""),
            height=270,
            legend=True,
        ),
        title,
        f"{title}。",
        table,
    )
