"""Tables as pages show them: stored values below (so that sorting works), formatted text on top."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import escape
from math import ceil
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import data
from dashboards.components.export import csv_bytes, xlsx_bytes
from dashboards.components.frame import View
from dashboards.components.state import DEFAULTS
from dashboards.labels import (
    HELD_TAG,
    NO_RESULT,
    NOT_APPLICABLE,
    NOT_REPORTED,
    document_text,
    fmt,
    fmt_months,
    is_missing,
    level_mark,
    period_label,
    word,
)
from dashboards.palette import LEVEL_COLOR, LEVEL_INK

WRAPPED_ROWS = 40
SHORT_TEXT = 6
WIDEST_FLOOR = 190
WIDEST_DATA = 400
SHORT_HEAD = 3
CELL_MARGIN = 14
# from here on the signs of the levels, Chinese characters and punctuation
FIRST_WIDE = 0x2300
# rows at the top of a grid that Streamlit looks at when it sets a column's width
MEASURED_ROWS = 8
CELL = "border:1px solid #E1E6EA;padding:5px 9px"
HEAD = "text-align:left;background:#F3F6F8;min-width:44px"


@dataclass(frozen=True)
class Col:
    """One column: the mart column, how it is written, a header where the mart's label does not fit; pinned: never scrolled."""

    name: str
    kind: str = "text"
    header: str | None = None
    width: Any = None
    pinned: bool = False


MONEY = {"yuan": "元", "yuan_signed": "元", "wan": "万元", "wan_signed": "万元", "yi": "亿元"}
# figures that are no money, by the unit they are written in
PLAIN = {"persons": "人", "times": "次", "each": "元", "share": "%"}
FIGURES = {*MONEY, *PLAIN, "ratio", "months"}
COUNTED = {*FIGURES, "count"}


def _formatter(kind: str, name: str) -> Callable[[Any], str]:
    if kind in MONEY:
        return partial(fmt, unit=MONEY[kind], signed=kind.endswith("_signed"))
    if kind in PLAIN:
        return partial(fmt, unit=PLAIN[kind])
    if kind == "ratio":
        return partial(fmt, unit="%", signed=True)
    if kind == "months":
        return fmt_months
    if kind == "count":
        return partial(fmt, unit="个")
    if kind == "level":
        return level_mark
    if kind == "yes":
        return lambda value: "是" if not is_missing(value) and bool(value) else "否"
    if kind == "date":
        return lambda value: NOT_APPLICABLE if is_missing(value) else str(value)[:10]
    if kind == "month":
        return lambda value: NOT_APPLICABLE if is_missing(value) or value == "" else period_label(str(value))
    if kind == "active":
        return lambda value: "采用" if bool(value) else "已被替换"
    if kind == "word":
        return partial(word, name)
    return lambda value: NOT_APPLICABLE if is_missing(value) or value == "" else str(value)


def documented(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the document of each row as readers cite it (``doc_text``)."""
    texts = [document_text(*pair) for pair in zip(frame["doc_no"], frame["doc_title"], strict=True)]
    return frame.assign(doc_text=texts)


def label_of(view: View, column: Col) -> str:
    """A column's Chinese header; words come from the marts' own documentation."""
    return column.header or data.column_labels(view.build, view.scope).get(column.name, column.name)


def header(view: View, column: Col) -> str:
    """A column's Chinese header with its unit."""
    label = label_of(view, column)
    return f"{label}（{MONEY[column.kind]}）" if column.kind in MONEY else label


def common_unit(columns: list[Col]) -> str | None:
    """The unit of every amount of a table, where they have one: it then stands once, above the table."""
    units = {MONEY[column.kind] for column in columns if column.kind in MONEY}
    return units.pop() if len(units) == 1 else None


def text_table(view: View, frame: pd.DataFrame, columns: list[Col]) -> pd.DataFrame:
    """The table as text, exactly as shown, for downloads; states stand where figures would."""
    shown = pd.DataFrame(index=range(len(frame)))
    for column in columns:
        write = _formatter(column.kind, column.name)
        shown[header(view, column)] = [write(value) for value in frame[column.name]]
    for position in _unreported(frame):
        for column in columns:
            hidden = column.kind == "level" or is_missing(frame[column.name].iloc[position])
            if hidden and column.kind in {*FIGURES, "level"}:
                shown.loc[position, header(view, column)] = NOT_REPORTED
    if "is_held" in frame.columns:
        shown["标记"] = [HELD_TAG if not is_missing(held) and bool(held) else "" for held in frame["is_held"]]
    return shown


def _unreported(frame: pd.DataFrame) -> list[int]:
    if "is_reported" not in frame.columns:
        return []
    return [
        n
        for n, reported in enumerate(frame["is_reported"])
        if not is_missing(reported) and not bool(reported)
    ]


def _held(frame: pd.DataFrame) -> list[int]:
    if "is_held" not in frame.columns:
        return []
    return [n for n, held in enumerate(frame["is_held"]) if not is_missing(held) and bool(held)]


def _level_style(code: Any) -> str:
    key = "not_available" if is_missing(code) else str(code)
    return f"background-color: {LEVEL_COLOR.get(key, '#FFFFFF')}; color: {LEVEL_INK.get(key, '#1B2733')}"


def styled(view: View, frame: pd.DataFrame, columns: list[Col]) -> Any:
    """The frame with headers and text formats: a pandas Styler over the stored values."""
    names = {column.name: header(view, column) for column in columns}
    shown = frame[[column.name for column in columns]].reset_index(drop=True).rename(columns=names)
    held, unreported = _held(frame), _unreported(frame)
    stated = _stated(frame, columns) if unreported else set()
    for column in columns:
        if column.name in stated:
            # the grid prints one placeholder for every empty cell, whatever the state: these stand as text
            texts = text_table(view, frame, [column])[names[column.name]].tolist()
            marked = held if column.kind in MONEY else []
            shown[names[column.name]] = [
                f"{text} {HELD_TAG}" if row in marked else text for row, text in enumerate(texts)
            ]
    style = shown.style
    for column in columns:
        if column.name in stated:
            continue
        write = _formatter(column.kind, column.name)
        name = names[column.name]
        style = style.format(write, subset=[name])
        if column.kind in MONEY and held:
            style = style.format(
                lambda value, write=write: f"{write(value)} {HELD_TAG}", subset=pd.IndexSlice[held, [name]]
            )
        if column.kind == "level":
            style = style.map(_level_style, subset=[name])
            if unreported:
                style = style.format(lambda _: NOT_REPORTED, subset=pd.IndexSlice[unreported, [name]])
    return style


def _stated(frame: pd.DataFrame, columns: list[Col]) -> set[str]:
    """Columns of figures with an empty cell in a row that was not reported: it must say so, not ``—``."""
    rows = _unreported(frame)
    return {
        column.name
        for column in columns
        if column.kind in FIGURES and any(is_missing(frame[column.name].iloc[row]) for row in rows)
    }


def text_width(text: str) -> int:
    """How many pixels a cell of the grid needs for a text in its 13-pixel letters, margins included."""
    each = (13 if ord(letter) >= FIRST_WIDE else 4 if letter in ",. " else 7.5 for letter in text)
    return ceil(sum(each)) + CELL_MARGIN


def whole_width(texts: list[str], given: Any, *, is_figure: bool) -> Any:
    """A column's width by which no figure loses digits: the grid cuts the left side of what is too long.

    A given width grows to the longest text, of words only where they are short (long texts are read on a click).
    Without one the grid measures its first rows and the last one; it is told the width if a longer text stands between.
    """
    needed = max(map(text_width, texts), default=0)
    if isinstance(given, int):
        return max(given, needed) if is_figure or needed <= WIDEST_FLOOR else given
    measured = max(map(text_width, [*texts[:MEASURED_ROWS], *texts[-1:]]), default=0)
    if given is None and needed > measured and (is_figure or needed <= WIDEST_FLOOR):
        return needed
    return given


def _config(view: View, frame: pd.DataFrame, columns: list[Col]) -> dict[str, Any]:
    stated = _stated(frame, columns)
    texts = text_table(view, frame, columns)
    held = _held(frame)
    config = {}
    for column in columns:
        written = texts[header(view, column)].tolist()
        if column.kind in MONEY:
            for row in held:
                written[row] = f"{written[row]} {HELD_TAG}"
        width = whole_width(written, column.width, is_figure=column.kind in COUNTED)
        place: dict[str, Any] = {"width": width} | ({"pinned": True} if column.pinned else {})
        if column.name in stated:
            made = st.column_config.TextColumn(alignment="right", **place)
        elif column.kind in COUNTED:
            made = st.column_config.NumberColumn(**place)
        else:
            made = st.column_config.TextColumn(**place)
        config[header(view, column)] = made
    return config


def show_table(
    view: View,
    frame: pd.DataFrame,
    columns: list[Col],
    *,
    key: str,
    name: str,
    on_select: Callable[[], None] | None = None,
    height: int | None = None,
    alt: str | None = None,
    downloads: bool = True,
    empty: str | None = None,
) -> None:
    """Draw a table with its downloads; a row click calls ``on_select`` (see ``state.selected_rows``)."""
    if frame.empty:
        no_result(view, empty or NO_RESULT + "。", key)
        return
    options: dict[str, Any] = {"height": height or ("content" if len(frame) <= 16 else 560)}
    if on_select:
        options |= {"on_select": on_select, "selection_mode": "single-row"}
    st.dataframe(
        styled(view, frame, columns),
        key=key,
        hide_index=True,
        width="stretch",
        column_config=_config(view, frame, columns),
        placeholder=NOT_APPLICABLE,
        alt=alt or name,
        **options,
    )
    if downloads:
        download_row(view, text_table(view, frame, columns), name, key)


def plain_table(view: View, frame: pd.DataFrame, columns: list[Col], *, key: str, name: str) -> None:
    """A short table as plain text with its downloads: there before the grid's bundle has arrived.

    As in printed tables, a unit that all amounts share stands once, above the table to the right.
    """
    texts = text_table(view, frame, columns)
    unit = common_unit(columns)
    heads = "".join(_plain_head(view, column, bool(unit)) for column in columns)
    heads += "".join(f"<th style='{CELL};{HEAD}'>{escape(h)}</th>" for h in texts.columns[len(columns) :])
    lines = []
    for position in range(len(frame)):
        cells = "".join(
            f"<td style='{CELL};{_plain_style(column, frame[column.name].iloc[position], str(texts.iloc[position, place]))}'>"
            f"{escape(str(texts.iloc[position, place]))}</td>"
            for place, column in enumerate(columns)
        )
        cells += "".join(
            f"<td style='{CELL};white-space:nowrap'>{escape(str(text))}</td>"
            for text in texts.iloc[position, len(columns) :]
        )
        lines.append(f"<tr>{cells}</tr>")
    above = (
        f"<div style='text-align:right;font-size:0.82rem;color:#4A5560'>单位：{unit}</div>" if unit else ""
    )
    with st.container(key=key):
        st.html(
            f"{above}<div style='overflow-x:auto'><table aria-label='{escape(name)}' style='border-collapse:collapse;"
            f"width:100%;font-size:0.88rem'><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
        )
    download_row(view, texts, name, key)


def _plain_head(view: View, column: Col, bare: bool) -> str:
    """A header cell: figures to the right, short words and units never broken; ``bare`` leaves the unit out."""
    label = escape(label_of(view, column))
    side = "right" if column.kind in COUNTED else "left"
    whole = ";white-space:nowrap" if len(label) <= SHORT_HEAD else ""
    unit = (
        f"<wbr><span style='white-space:nowrap'>（{MONEY[column.kind]}）</span>"
        if column.kind in MONEY
        else ""
    )
    return f"<th style='{CELL};{HEAD};text-align:{side}{whole}'>{label}{'' if bare else unit}</th>"


def wrapped_table(
    view: View, frame: pd.DataFrame, columns: list[Col], *, key: str, name: str, empty: str | None = None
) -> None:
    """A table with long texts: as plain text that wraps where it is short, in the grid where it is long."""
    if 0 < len(frame) <= WRAPPED_ROWS:
        plain_table(view, frame, columns, key=key, name=name)
    else:
        show_table(view, frame, columns, key=key, name=name, empty=empty)


def _plain_style(column: Col, value: Any, text: str) -> str:
    """Short texts and figures stay on one line, figures to the right; a column with a width wraps, but not below it."""
    wraps = column.width is not None and column.kind not in FIGURES and len(text) > SHORT_TEXT
    floor = f"min-width:{min(column.width, WIDEST_FLOOR)}px;" if isinstance(column.width, int) else ""
    layout = f"{floor}overflow-wrap:anywhere;" if wraps else "white-space:nowrap;"
    side = "text-align:right;font-variant-numeric:tabular-nums;" if column.kind in COUNTED else ""
    return layout + side + (_level_style(value) if column.kind == "level" else "")


def small_table(view: View, frame: pd.DataFrame, columns: list[Col], height: int | str) -> None:
    """A table inside a dialog: same writing, no downloads."""
    st.dataframe(
        styled(view, frame, columns),
        hide_index=True,
        width="stretch",
        height=height,
        column_config=_config(view, frame, columns),
        placeholder=NOT_APPLICABLE,
    )


def no_result(view: View, sentence: str, key: str) -> None:
    """Nothing fits the filters: the filters by name and a way out."""
    st.info(
        f"{sentence}当前筛选：{view.scheme_label}·{view.basis_label}·{view.period_text}·{view.area_label}",
        icon=":material/filter_alt_off:",
    )
    st.button("清除筛选", key=f"{key}_clear", on_click=clear_filters)


def clear_filters() -> None:
    """Back to the defaults of the chosen source."""
    for key, default in st.session_state.get(DEFAULTS, {}).items():
        if key != "src" and key in st.session_state:
            st.session_state[key] = default


def data_box(view: View, table: pd.DataFrame, title: str, key: str) -> None:
    """查看数据 of a picture, with its downloads; the table is only built when somebody opens it."""
    box = st.expander("查看数据", key=f"{key}_box", on_change="rerun")
    if box.open:
        with box:
            widths = {
                str(name): whole_width([str(value) for value in table[name]], None, is_figure=True)
                for name in table.columns
            }
            config = {name: {"width": min(width, WIDEST_DATA)} for name, width in widths.items() if width}
            st.dataframe(
                table,
                hide_index=True,
                width="stretch",
                key=f"{key}_data",
                alt=title,
                column_config=config,
            )
            download_row(view, table, title[:40], key)


def download_row(view: View, table: pd.DataFrame, name: str, key: str) -> None:
    """下载 CSV and XLSX of a table as shown; built when clicked."""
    facts = {"表名": name, **view.facts()}
    stem = f"{name}_{view.period_code}_{view.build.short_id}"
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "下载 CSV",
            data=partial(csv_bytes, table, facts),
            file_name=f"{stem}.csv",
            mime="text/csv",
            key=f"{key}_csv",
            on_click="ignore",
            icon=":material/download:",
            type="tertiary",
        )
        st.download_button(
            "下载 XLSX",
            data=partial(xlsx_bytes, table, facts, name),
            file_name=f"{stem}.xlsx",
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            key=f"{key}_xlsx",
            on_click="ignore",
            icon=":material/table_view:",
            type="tertiary",
        )
