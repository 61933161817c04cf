"""State in the address bar: what a link may say, what it means, and what happens when it says nonsense.

Every filter is a function of the address bar: a link that is opened (or browser back) seeds the widgets, and a
widget that is changed is written back at the end of the run.  The words of ``labels`` are the vocabulary.
Streamlit's own ``bind="query-params"`` is not used: it erases words it does not know without telling, cannot
carry what a click or an alias (``?c=150400``) has set, and blocks ``st.switch_page`` with filters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

GOTO = "_goto"
NOTICES = "_notices"
NOTICE_SLOT = "_notice_slot"
DEFAULTS = "_defaults"
RESOLVED = "_resolved"
URL = "_url"
FRESH = "_fresh"
WORDS = "_words"
LEFT = "_left"
# the period always stands in a written link: "latest" would mean something else next month
ALWAYS = "qi"


def begin(page: str) -> None:
    """Start of a page: see whether the address bar says something new (another page, link, back, forward)."""
    words = st.query_params.to_dict()
    current = (page, words)
    st.session_state[FRESH] = current != st.session_state.get(URL)
    st.session_state[URL] = current
    left = st.session_state.get(LEFT)
    if left and st.session_state[FRESH] and left[0] == page and left[1] == words and left[2] != words:
        # browser back after a drill: Streamlit left an entry of this page with the drilled filters in between
        st.session_state.pop(LEFT)
        words = left[2]
    st.session_state[WORDS] = words
    st.session_state[DEFAULTS] = {}
    st.session_state[RESOLVED] = {}


def finish() -> None:
    """End of a page: show the notices, and write the filters to the address bar if the reader (or a click) changed any."""
    show_notices()
    resolved = st.session_state.get(RESOLVED, {})
    as_asked = st.session_state.get(WORDS) == st.session_state.get(URL, ("", None))[1]
    if as_asked and all(st.session_state.get(key) == value for key, value in resolved.items()):
        return
    words = parameters()
    st.session_state[URL] = (st.session_state[URL][0], words)
    st.session_state[WORDS] = words
    st.query_params.from_dict(words)


def parameters(patch: Mapping[str, str] | None = None) -> dict[str, str]:
    """The filters as words of a link: everything that is not the default, and the period."""
    defaults = st.session_state.get(DEFAULTS, {})
    words = {
        key: str(st.session_state[key])
        for key, default in defaults.items()
        if st.session_state.get(key) not in (None, "") and (key == ALWAYS or st.session_state[key] != default)
    }
    return words | dict(patch or {})


def shared_parameters() -> dict[str, str]:
    """The filters that every page has, as words of a link."""
    return {key: word for key, word in parameters().items() if key in SHARED}


SHARED = ("src", "xz", "kj", "qx", "qi", "qu", "db")


def notice(text: str) -> None:
    """Keep a sentence for the notice area of this run."""
    st.session_state.setdefault(NOTICES, []).append(text)


def show_notices() -> None:
    """The sentences collected in this run, below the filters; they are shown once."""
    slot = st.session_state.pop(NOTICE_SLOT, None)
    for sentence in dict.fromkeys(st.session_state.pop(NOTICES, [])):
        if slot is not None:
            slot.warning(sentence, icon=":material/link_off:")


def resolve(
    asked: str | None,
    options: Sequence[str],
    default: str,
    translate: Callable[[str], str | None] | None = None,
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
    alias: str | None = None,
    follows: bool = False,
) -> None:
    """Seed a filter's widget before it is drawn, and say so when its word had to be replaced.

    ``follows``: the reader has just changed what the options depend on; a new word is then what was asked for.
    """
    st.session_state[DEFAULTS][key] = default
    held = st.session_state.get(key)
    seed = st.session_state[FRESH] or key not in st.session_state
    asked = (st.session_state[WORDS].get(key) or alias) if seed else held
    value, understood = resolve(asked, options, default, translate)
    if not understood and (seed or not follows):
        where = "链接中的" if seed else "当前数据源没有"
        tail = "无效" if seed else ""
        notice(f"{where}{what}“{asked}”{tail}，已改为“{value}”。")
    st.session_state[RESOLVED][key] = value if seed else st.session_state.get(f"_seen_{key}", value)
    st.session_state[f"_seen_{key}"] = st.session_state[RESOLVED][key]
    if seed or held != value:
        st.session_state[key] = value


def prepare_text(key: str, what: str) -> None:
    """Seed a text box whose words are free: whatever a link says stands in it."""
    held = str(st.session_state.get(key) or "")
    seed = st.session_state[FRESH] or key not in st.session_state
    asked = str(st.session_state[WORDS].get(key) or "") if seed else held
    prepare(key, ["", asked], "", what)


def is_fresh(key: str) -> bool:
    """Whether this run was asked for by a link that names this key."""
    return bool(st.session_state[FRESH]) and bool(st.session_state[WORDS].get(key))


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
    """Ask for another page, with the present filters and some changed; ``follow_request`` does it next."""
    words = shared_parameters() | dict(patch)
    st.session_state[GOTO] = (page, words)
    st.session_state[LEFT] = (st.session_state[URL][0], words, parameters())


def follow_request() -> tuple[str, dict[str, str]] | None:
    """The page that was asked for and its filters, if any."""
    return st.session_state.pop(GOTO, None)


def selected_rows(key: str) -> list[int]:
    """Row positions selected in the table with this key."""
    chosen = st.session_state.get(key)
    return list(chosen.selection.rows) if chosen is not None else []


def selected_point(key: str) -> dict[str, Any] | None:
    """The point last clicked in the chart with this key."""
    chosen = st.session_state.get(key)
    points = list(chosen.selection.points) if chosen is not None else []
    return points[0] if points else None
