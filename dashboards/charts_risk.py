"""Charts of the risk pages: reserve months in the policy band, an indicator across areas."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboards.charts import BAND, INK, THIS_YEAR, Chart, titled
from dashboards.labels import (
    fmt_months,
    fmt_value,
    is_missing,
    period_label,
)
from dashboards.palette import GREY


def _ticks(series: pd.DataFrame) -> dict[str, list[str]]:
    """At most five labels on a time axis, the last period always among them."""
    labels = [period_label(code) for code in series["period_code"]]
    step = max(1, -(-len(labels) // 4))
    kept = labels[::-1][::step][::-1]
    return {"tickvals": kept, "ticktext": kept}


def reserve_band(
    series: pd.DataFrame,
    area_name: str,
    fund_name: str,
    band: tuple[float, float] | None,
    limits: tuple[float, ...],
    *,
    seasonal: bool,
    period_code: str | None = None,
) -> Chart:
    """Reserve months over time; the policy band is shaded, the limits are lines.

    ``series``: period_code, reserve_months (rolling), year_end_reserve_months, ordered by time.  Where the fund
    is ``seasonal`` the year-end months are the line that counts and the rolling ones stand in grey beside it.
    Months at or below zero are drawn at zero and printed 已用尽.  ``period_code`` is the period that the page
    is about: where it has no months the title says so, and which period the quoted months are of.
    """
    main, word = (
        ("year_end_reserve_months", "年末可支付月数") if seasonal else ("reserve_months", "可支付月数")
    )
    labels = [period_label(code) for code in series["period_code"]]
    known = series.dropna(subset=[main])
    table = pd.DataFrame({"统计期": labels, word: [fmt_months(value) for value in series[main]]})
    figure = go.Figure()
    if band:
        figure.add_hrect(
            y0=band[0],
            y1=band[1],
            fillcolor=BAND,
            line_width=0,
            layer="below",
            annotation_text=f"适度区间 {band[0]:g}–{band[1]:g} 个月",
            annotation_position="top left",
            annotation_font={"size": 12, "color": "#35526B"},
        )
    for limit in limits:
        figure.add_hline(
            y=limit,
            line={"color": INK, "width": 1, "dash": "dot"},
            annotation_text=f"{limit:g} 个月",
            annotation_position="bottom left",
            annotation_font={"size": 12},
        )
    if seasonal:
        table["各期滚动数"] = [fmt_months(value) for value in series["reserve_months"]]
        figure.add_trace(
            _months_line(labels, series["reserve_months"], "各期滚动数（有季节波动）", GREY, 1.5)
        )
    figure.add_trace(_months_line(labels, series[main], word, THIS_YEAR, 2.8))
    if known.empty:
        title = f"{area_name}{fund_name}暂无法计算{word}"
    else:
        last = known.iloc[-1]
        when = period_label(last["period_code"])
        title = f"{area_name}{fund_name}{when}末可支付{fmt_months(last[main])}"
        if seasonal:
            title = f"{area_name}{fund_name}{when}按年末结余可支付{fmt_months(last[main])}"
        if float(last[main]) <= 0:
            title = f"{area_name}{fund_name}{when}{'按年末数' if seasonal else '末'}结余已用尽"
        if period_code and period_code != last["period_code"]:
            title = f"{period_label(period_code)}没有{word}；{title}"
        figure.add_annotation(
            x=period_label(last["period_code"]),
            y=max(float(last[main]), 0),
            text=f"<b>{fmt_months(last[main])}</b>",
            showarrow=False,
            xanchor="left",
            xshift=8,
            yshift=10 if float(last[main]) <= 0 else 0,
        )
    drawn = [*known[main], *(series["reserve_months"].dropna() if seasonal else []), *limits, 3.0]
    figure.update_yaxes(range=[0, max(float(value) for value in drawn) * 1.12], fixedrange=True)
    figure.update_xaxes(tickangle=0, fixedrange=True, type="category", tickmode="array", **_ticks(series))
    figure.update_layout(showlegend=seasonal, margin={"r": 84})
    note = "单位：个月 · 期末结余 ÷ 近12个月（4季、2个半年、1年）月均支出；期数不足时不计算，线断开"
    alt = f"{title}。共{len(known)}期有数。"
    return Chart(titled(figure, title, note, height=360, legend=seasonal), title, alt, table)


def _months_line(labels: list[str], values: pd.Series, name: str, color: str, width: float) -> go.Scatter:
    return go.Scatter(
        x=labels,
        y=values.astype(float).clip(lower=0),
        mode="lines+markers",
        name=name,
        line={"color": color, "width": width},
        marker={"size": 5},
        connectgaps=False,
        hovertemplate="%{x}：%{y:.1f} 个月<extra>%{fullData.name}</extra>",
    )


def peer_bars(peers: pd.DataFrame, area_code: str, period_code: str, fund_name: str) -> Chart:
    """One indicator across areas, sorted, the chosen area dark, the region's value as a line.

    ``peers``: area_code, area_name, area_kind, indicator_name, indicator_value, region_value, rank,
    ranked_count, unit, is_suppressed.
    """
    shown = peers[(peers["area_kind"] != "region") & ~peers["is_suppressed"].astype(bool)].dropna(
        subset=["indicator_value"]
    )
    shown = shown.sort_values("indicator_value", ascending=True)
    first = peers.iloc[0]
    name, unit = str(first["indicator_name"]), first["unit"]
    texts = [fmt_value(value, unit) for value in shown["indicator_value"]]
    region_value = first["region_value"]
    figure = go.Figure(
        go.Bar(
            x=shown["indicator_value"].astype(float),
            y=shown["area_name"],
            orientation="h",
            customdata=shown[["area_code", "area_name"]].assign(text=texts).to_numpy(),
            marker={"color": [THIS_YEAR if code == area_code else "#C3CCD5" for code in shown["area_code"]]},
            hovertemplate="%{y}：%{customdata[2]}<extra></extra>",
        )
    )
    has_region = not is_missing(region_value)
    if has_region:
        figure.add_vline(
            x=float(region_value),
            line={"color": INK, "dash": "dash", "width": 1.2},
            layer="below",
            annotation_text=f"各统筹区合计 {fmt_value(region_value, unit)}",
            annotation_position="top",
        )
    # on white, above the line of the region: a bar's own text would be crossed by it
    for name_of_area, value, text in zip(shown["area_name"], shown["indicator_value"], texts, strict=True):
        figure.add_annotation(
            x=float(value),
            y=name_of_area,
            text=text,
            showarrow=False,
            xanchor="right" if float(value) < 0 else "left",
            xshift=-3 if float(value) < 0 else 3,
            bgcolor="rgba(255,255,255,0.92)",
            borderpad=1,
            font={"color": INK, "size": 12},
        )
    mine = peers[peers["area_code"] == area_code]
    if not mine.empty and not is_missing(mine.iloc[0]["rank"]):
        row = mine.iloc[0]
        title = (
            f"{row['area_name']}{name}{fmt_value(row['indicator_value'], unit)}，"
            f"在{int(row['ranked_count'])}个统筹区中列第{int(row['rank'])}"
        )
    elif has_region:
        title = f"各统筹区合计{name}{fmt_value(region_value, unit)}"
    else:
        title = f"各统筹区{name}"
    table = pd.DataFrame(
        {
            "统筹区": peers["area_name"],
            name: [fmt_value(value, unit) for value in peers["indicator_value"]],
            "位次": ["不排名" if is_missing(value) else str(int(value)) for value in peers["rank"]],
        }
    )
    drawn = [0.0, *shown["indicator_value"].astype(float), *([float(region_value)] if has_region else [])]
    room = (max(drawn) - min(drawn)) * 0.2
    # the text of a bar to the left must not run into the names
    figure.update_xaxes(
        visible=False,
        fixedrange=True,
        range=[min(drawn) - (room if min(drawn) < 0 else 0), max(drawn) + room],
    )
    figure.update_yaxes(fixedrange=True)
    figure.update_layout(margin={"r": 80}, bargap=0.3)
    note = f"{period_label(period_code)} · {fund_name} · 本级只列示、不排名"
    listed = "；".join(f"{row['统筹区']}{row[name]}" for _, row in table.iterrows())
    return Chart(
        titled(figure, title, note, height=150 + 26 * len(shown)), title, f"{title}。{listed}。", table
    )
