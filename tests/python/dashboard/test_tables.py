"""Tables: what is shown is what the marts hold; a state stands where a figure would, never instead of one."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from dashboards import data
from dashboards.components.tables import Col, styled, text_table

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
