"""A chart as a card: figure, 查看数据, 下载; and a figure with its source button."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboards.charts import CONFIG, Chart
from dashboards.components.frame import View
from dashboards.components.tables import data_box


def chart_card(view: View, chart: Chart, *, key: str, on_select: Callable[[], None] | None = None) -> None:
    """Draw a chart with its alternative text, its table and its downloads."""
    with st.container(border=True):
        options = {"on_select": on_select, "selection_mode": "points"} if on_select else {}
        st.plotly_chart(
            chart.figure,
            key=key,
            width="stretch",
            theme=None,
            config=CONFIG,
            alt=chart.alt,
            **options,
        )
        data_box(view, chart.table, chart.title, key)
