"""Tables: what is shown is what the marts hold; a state stands where a figure would, never instead of one."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from dashboards import data
from dashboards.components.tables import (
    Col,
    _config,
    _plain_head,
    common_unit,
    styled,
    text_table,
    text_width,
    whole_width,
)

FRAME = pd.DataFrame(
    {
        "area_name": ["赤峰市", "阿拉善盟", "全国"],
        "level_code": ["red", "not_available", "not_available"],
        "closing_yuan": [0.0, None, 12345650.0],
        "is_reported": [True, False, False],
        "is_held": [True, False, False],
    }
)
COLUMNS = [
    Col("area_name", header="统筹区"),
    Col("level_code", "level", "等级"),
    Col("closing_yuan", "wan", "结余"),
]


@pytest.fixture
def view(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    monkeypatch.setattr(data, "column_labels", lambda build, scope: {})
    return SimpleNamespace(build=None, scope=None)


def test_text(view: SimpleNamespace) -> None:
    shown = text_table(view, FRAME, COLUMNS)
    assert shown["结余（万元）"].tolist() == ["0.00", "? 未报送", "1,234.57"]
    assert shown["等级"].tolist() == ["■ 红色", "? 未报送", "? 未报送"]
    assert shown["标记"].tolist() == ["待核", "", ""]


def test_screen(view: SimpleNamespace) -> None:
    html = styled(view, FRAME, COLUMNS).to_html()
    for text in ("0.00 待核", "1,234.57", "? 未报送", "■ 红色"):
        assert text in html


def test_a_unit_that_all_amounts_share_stands_once(view: SimpleNamespace) -> None:
    assert common_unit(COLUMNS) == "万元"
    mixed = [*COLUMNS, Col("difference_yuan", "yuan_signed", "差额")]
    assert common_unit(mixed) is None
    assert common_unit(COLUMNS[:2]) is None
    assert "万元" not in _plain_head(view, COLUMNS[2], True)
    alone = _plain_head(view, COLUMNS[2], False)
    assert "<span style='white-space:nowrap'>（万元）</span>" in alone
    assert "text-align:right" in alone and "text-align:right" not in _plain_head(view, COLUMNS[0], True)


def test_months_are_written_as_readers_write_them(view: SimpleNamespace) -> None:
    frame = pd.DataFrame({"event_month": ["202512", None, ""]})
    shown = text_table(view, frame, [Col("event_month", "month", "结算月")])
    assert shown["结算月"].tolist() == ["2025年12月", "—", "—"]


def test_a_figure_is_never_cut(view: SimpleNamespace) -> None:
    """A given width grows to the longest figure with its mark; the grid would cut the figure's left side."""
    frame = pd.DataFrame(
        {
            "closing_yuan": [8388309600.0, 3862852000000.0],
            "is_held": [False, True],
            "value": ["—", "11,884.96 万元"],
            "name": ["短", "很长的说明文字" * 9],
        }
    )
    columns = [
        Col("closing_yuan", "wan", "结余", 90),
        Col("value", "text", "当前值", 84),
        Col("name", width=60),
    ]
    config = _config(view, frame, columns)
    assert config["结余（万元）"]["width"] == text_width("386,285,200.00 待核") > text_width("386,285,200.00")
    assert config["当前值"]["width"] == text_width("11,884.96 万元") > 84
    assert config["name"]["width"] == 60


def test_a_long_figure_below_the_measured_rows_sets_the_width() -> None:
    short = ["1.00"] * 20
    assert whole_width(short, None, is_figure=True) is None
    long = [*short, "386,285,200.00", *short]
    assert whole_width(long, None, is_figure=True) == text_width("386,285,200.00")
    assert whole_width(["386,285,200.00", *short], None, is_figure=True) is None
