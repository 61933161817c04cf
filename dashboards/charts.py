"""What every chart shares: the result type, the template, the palette, the tool-bar in Chinese.

Chart functions are pure: a data frame in; figure, title, alternative text and table out.  The title is a
conclusion made from the data, and both title and alternative text quote figures that stand in the table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio

FONT = "'Microsoft YaHei','PingFang SC','Source Han Sans SC','Noto Sans CJK SC','Noto Sans SC',sans-serif"

BAND = "#DCE8F2"
INK = "#1B2733"
THIS_YEAR = "#0072B2"
LAST_YEAR = "#9AA3AC"
BUDGET = "#D55E00"
PLUS = "#0072B2"
MINUS = "#E69F00"
TOTAL = "#4A5560"
COLORWAY = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#8C8C8C"]

CONFIG: dict[str, Any] = {
    "locale": "zh-CN",
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "png", "scale": 2, "filename": "图"},
    "locales": {
        "zh-CN": {
            "dictionary": {
                "Download plot as a PNG": "下载为 PNG",
                "Download plot": "下载图片",
                "Taking snapshot - this may take a few seconds": "正在生成图片，请稍候",
                "Snapshot succeeded": "图片已保存",
                "Sorry, there was a problem downloading your snapshot!": "图片生成失败",
                "Box Select": "框选",
                "Lasso Select": "套索选择",
                "Zoom in": "放大",
                "Zoom out": "缩小",
                "Fullscreen": "全屏",
                "Reset axes": "重置坐标轴",
            },
            "format": {
                "days": ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"],
                "shortDays": ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
                "months": [f"{n}月" for n in range(1, 13)],
                "shortMonths": [f"{n}月" for n in range(1, 13)],
                "date": "%Y-%m-%d",
            },
        }
    },
}

pio.templates["shouzhi"] = go.layout.Template(
    layout={
        "font": {"family": FONT, "size": 13, "color": INK},
        "title": {
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "yref": "container",
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 24, "l": 10},
            "font": {"size": 15},
        },
        "colorway": COLORWAY,
        "separators": ".,",
        "paper_bgcolor": "#FFFFFF",
        "plot_bgcolor": "#FFFFFF",
        "margin": {"l": 8, "r": 16, "t": 84, "b": 8},
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "font": {"size": 12}},
        "hoverlabel": {"font": {"family": FONT, "size": 13}},
        "xaxis": {"gridcolor": "#EDF1F4", "linecolor": "#C5CCD3", "automargin": True, "zeroline": False},
        "yaxis": {"gridcolor": "#EDF1F4", "linecolor": "#C5CCD3", "automargin": True, "zeroline": False},
    }
)
pio.templates.default = "shouzhi"


@dataclass(frozen=True)
class Chart:
    """A figure with what it says in words and the table it was drawn from (headers and text as shown)."""

    figure: go.Figure
    title: str
    alt: str
    table: pd.DataFrame


def text_width(text: str) -> float:
    """Width of a text in Chinese characters; Latin letters, digits and points count a bit more than half."""
    return sum(1.0 if ord(letter) > 0x2000 else 0.58 for letter in text)


def wrap(text: str, width: float = 40) -> str:
    """Break a long title into lines, so that nothing is cut off at the right edge; numbers stay whole."""
    lines, line = [], ""
    for part in re.findall(r"[−+\-]?[\d,.]+[%月年]?|.", text):
        if line and text_width(line + part) > width and part not in "，。；：）、":
            lines.append(line)
            line = ""
        line += part
    return "<br>".join([*lines, line])


def titled(
    figure: go.Figure, title: str, note: str, *, height: int, width: float = 33, legend: bool = False
) -> go.Figure:
    """Give a figure its title, the line with 口径/统计期/单位, and its height.

    ``width`` is what fits into one line, in Chinese characters of the title.
    """
    lines = wrap(title, width)
    sub = wrap(note, width * 1.24)
    rows = lines.count("<br>") + sub.count("<br>")
    top = 70 + 19 * rows + (26 if legend else 0)
    figure.update_layout(
        title={"text": f"<b>{lines}</b><br><span style='font-size:12px;color:#4A5560'>{sub}</span>"},
        height=height + 19 * rows,
        margin={"t": top},
        dragmode=False,
    )
    return figure
