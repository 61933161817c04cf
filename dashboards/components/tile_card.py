"""The tile grid as a card: one button a square, with title, words for those who do not see it, 查看数据, 下载."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from dashboards.components.frame import View
from dashboards.components.tables import data_box
from dashboards.tiles import TileGrid, tile_styles

UNSEEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap"


def tile_card(view: View, grid: TileGrid, *, key: str, on_click: Callable[[str], None]) -> None:
    """Draw the grid; a click (or Enter on a square) calls ``on_click`` with the area's name."""
    with st.container(border=True, key=f"{key}_card"):
        st.html(
            f"<div role='heading' aria-level='4' style='font-size:15px;font-weight:700'>{escape(grid.title)}</div>"
            f"<div style='font-size:12px;color:#4A5560'>{escape(grid.note)}</div>"
            f"<p style='{UNSEEN}'>{escape(grid.alt)}</p>{tile_styles(grid, key)}"
        )
        with st.container(key=key):
            for tile in grid.tiles:
                st.button(
                    tile.label,
                    key=tile.key,
                    on_click=on_click,
                    args=(tile.area_name,),
                    width="stretch",
                )
        data_box(view, grid.table, grid.title, key)
