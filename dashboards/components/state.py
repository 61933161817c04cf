"""State in the address bar: what a link may say, what it means, and what happens when it says nonsense.

Global filters are widgets with ``bind="query-params"``; the words of ``labels`` are the vocabulary.  A bound
widget drops an unknown value without a word, so links are read here before the widget is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

GOTO = "_goto"
NOTICES = "_notices"
DEFAULTS = "_defaults"


def notice(text: str) -> None:
    """Keep a sentence for the notice area of this run."""
    st.session_state.setdefault(NOTICES, []).append(text)


def take_notices() -> list[str]:
    """The sentences collected in this run; they are shown once."""
    return list(dict.fromkeys(st.session_state.pop(NOTICES, [])))


def resolve(
    asked: str | None, options: Sequence[str], default: str, translate: Callable[[str], str | None] | None = None
) -> tuple[str, bool]:
    """What a link's word means: (valid option, whether the word was understood).

    Pure: ``asked`` is the word or None, ``translate`` maps what other systems write to our vocabulary.
    """
    if asked is None:
        return default, True
    if asked in options:
        return asked, True
    translated = translate(asked) if translate else None
    if translated in options:
        return str(translated), True
    return default, False


def prepare(
    key: str,
    options: Sequence[str],
    default: str,
    what: str,
    *,
    translate: Callable[[str], str | None] | None = None,
) -> None:
    """Seed a bound widget before it is drawn, and say so when its word had to be replaced."""
    st.session_state.setdefault(DEFAULTS, {})[key] = default
    held = st.session_state.get(key)
    if held is not None:
        if held not in options:
            value, understood = resolve(held, options, default, translate)
            st.session_state[key] = value
            if not understood:
                notice(f"当前数据源没有{what}“{held}”，已改为“{value}”。")
        return
    asked = st.query_params.get(key)
    value, understood = resolve(asked, options, default, translate)
    st.session_state[key] = value
    if not understood:
        notice(f"链接中的{what}“{asked}”无效，已改为“{value}”。")


def apply_drill(point: Mapping[str, Any] | None) -> dict[str, str]:
    """What a click on a chart, or on a table row, means as filter state.

    ``point`` is a chart's selected point (``customdata`` = [code, name]) or a table row's fields.  The result
    sets the same keys as the select boxes: ``qu`` for an area, ``km`` for an account.
    """
    if not point:
        return {}
    custom = point.get("customdata")
    if isinstance(custom, Mapping):
        custom = list(custom.values())
    if isinstance(custom, list | tuple) and len(custom) == 2 and custom[1]:
        return {"qu": str(custom[1])}
    if point.get("area_name"):
        return {"qu": str(point["area_name"])}
    if point.get("account_label"):
        return {"km": str(point["account_label"])}
    return {}


def request_page(page: str, patch: Mapping[str, str]) -> None:
    """Ask for another page with some filters set; ``follow_request`` does it at the start of the next run."""
    st.session_state[GOTO] = (page, dict(patch))


def follow_request() -> str | None:
    """Set the filters that were asked for and return the page to go to, if any."""
    asked = st.session_state.pop(GOTO, None)
    if asked is None:
        return None
    page, patch = asked
    for key, value in patch.items():
        st.session_state[key] = value
    return page


def selected_rows(key: str) -> list[int]:
    """Row positions selected in the table with this key."""
    chosen = st.session_state.get(key)
    return list(chosen.selection.rows) if chosen is not None else []


def selected_point(key: str) -> dict[str, Any] | None:
    """The point last clicked in the chart with this key."""
    chosen = st.session_state.get(key)
    points = list(chosen.selection.points) if chosen is not None else []
    return points[0] if points else None
