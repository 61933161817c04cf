"""A chart as a card: figure, 查看数据, 下载; and a figure with its source button."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboards.charts import CONFIG, Chart
from dashboards.components.frame import View
from dashboards.components.tables import download_row


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
        # the table is only built when somebody opens it: the page is there sooner
        box = st.expander("查看数据", key=f"{key}_box", on_change="rerun")
        if box.open:
            with box:
                st.dataframe(
                    chart.table, hide_index=True, width="stretch", key=f"{key}_data", alt=chart.title
                )
                download_row(view, chart.table, chart.title[:40], key)
