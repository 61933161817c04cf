"""Links: a page opened by its link is the page that was left; nonsense is answered, never swallowed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboards import labels
from dashboards.components.state import apply_drill, resolve

pytestmark = [pytest.mark.dashboard]


def values(app: Any) -> dict[str, str]:
    return {
        box.key: box.value for box in app.selectbox if box.key in {"src", "xz", "kj", "qx", "qi", "qu", "db"}
    }


@pytest.mark.pipeline
def test_round_trip(demo_home: Path, open_page: Callable[..., Any]) -> None:
    app = open_page("flows", demo_home)
    for key, word in (("xz", "居民"), ("kj", "含个人账户"), ("qu", "乌海市"), ("db", "预算")):
        next(box for box in app.selectbox if box.key == key).select(word).run()
    link = {key: word[0] if isinstance(word, list) else word for key, word in dict(app.query_params).items()}
    again = open_page("flows", demo_home, **link)
    assert values(again) == values(app)
    assert again.dataframe[0].value.equals(app.dataframe[0].value)
    assert not again.warning


@pytest.mark.pipeline
def test_nonsense_gives_a_notice_and_the_default(demo_home: Path, open_page: Callable[..., Any]) -> None:
    app = open_page(
        "risk", demo_home, xz="火星", kj="x/y", qu="[]", qi="2031-01", qx="周", db="", dj="紫色", src="无"
    )
    said = "".join(element.value for element in app.warning)
    for word in ("火星", "x/y", "[]", "2031-01", "周", "紫色", "无"):
        assert f"“{word}”无效" in said
    assert values(app)["xz"] == "合计"
    assert values(app)["qu"] == "全区"


@pytest.mark.pipeline
def test_area_code_is_an_alias(demo_home: Path, open_page: Callable[..., Any]) -> None:
    assert values(open_page("risk", demo_home, c="150400"))["qu"] == "赤峰市"
    app = open_page("risk", demo_home, c="999999")
    assert "“999999”无效" in app.warning[0].value


@pytest.mark.pipeline
def test_months_are_understood_as_other_systems_write_them(
    demo_home: Path, open_page: Callable[..., Any]
) -> None:
    assert values(open_page("risk", demo_home, qi="2025-03"))["qi"] == "2025年3月"


@pytest.mark.pipeline
def test_another_source_keeps_what_it_knows(
    demo_home: Path, public_home: Path, open_page: Callable[..., Any]
) -> None:
    app = open_page("risk", demo_home, public_home, xz="职工", qu="赤峰市")
    next(box for box in app.selectbox if box.key == "src").select("公开数据").run()
    assert values(app)["xz"] == "职工"
    assert values(app)["qu"] == "全部地区"
    assert "当前数据源没有统筹区“赤峰市”" in "".join(element.value for element in app.warning)


@pytest.mark.pipeline
def test_choosing_an_area_leads_to_its_page(demo_home: Path, open_page: Callable[..., Any]) -> None:
    app = open_page("risk", demo_home, xz="职工")
    next(box for box in app.selectbox if box.key == "drill_area").select("赤峰市").run()
    next(button for button in app.button if button.key == "drill_open").click().run()
    assert app.title[0].value == "统筹区画像"
    assert values(app)["qu"] == "赤峰市"
    assert values(app)["xz"] == "职工"


@pytest.mark.pipeline
def test_account_drill_reaches_the_cell(demo_home: Path, open_page: Callable[..., Any]) -> None:
    app = open_page("region", demo_home, xz="职工", qu="赤峰市", km="社会保险费收入")
    lines = app.dataframe[-1].value
    assert {"文件", "单元格"} <= set(lines.columns)
    assert len(lines) > 0


@pytest.mark.pipeline
def test_metric_deep_link(demo_home: Path, open_page: Callable[..., Any]) -> None:
    app = open_page("metrics", demo_home, m="reserve_months")
    assert any("`reserve_months`" in str(element.value) for element in app.markdown)


def test_a_click_is_the_select_box() -> None:
    assert apply_drill({"customdata": ["150400", "赤峰市"]}) == {"qu": "赤峰市"}
    assert apply_drill({"customdata": {"0": "150400", "1": "赤峰市"}}) == {"qu": "赤峰市"}
    assert apply_drill({"area_name": "乌海市"}) == {"qu": "乌海市"}
    assert apply_drill({"account_label": "利息收入"}) == {"km": "利息收入"}
    assert apply_drill(None) == {}
    assert apply_drill({"customdata": ["150400", None]}) == {}


def test_resolve() -> None:
    options = ["全区", "赤峰市"]
    assert resolve(None, options, "全区") == ("全区", True)
    assert resolve("赤峰市", options, "全区") == ("赤峰市", True)
    assert resolve("150400", options, "全区", {"150400": "赤峰市"}.get) == ("赤峰市", True)
    assert resolve("北京", options, "全区") == ("全区", False)


def test_the_words_of_links_are_frozen() -> None:
    assert labels.SCHEMES == {"职工": "employee", "居民": "resident", "合计": "all"}
    assert labels.BASES == {"统筹基金": "pooled", "含个人账户": "with_account"}
    assert labels.PERIOD_TYPES == {"月": "month", "季": "quarter", "半年": "half", "年": "year"}
    assert labels.COMPARES == ("同比", "预算", "全区均值")
    assert (labels.WHOLE_REGION, labels.ALL_AREAS) == ("全区", "全部地区")
    assert [labels.period_label(code) for code in ("202609", "2026Q3", "2026H1", "2026")] == [
        "2026年9月",
        "2026年三季度",
        "2026年上半年",
        "2026年",
    ]


@pytest.mark.pipeline
def test_another_type_of_period_is_no_mistake(demo_home: Path, open_page: Callable[..., Any]) -> None:
    """The reader changed the type: the period of the same year follows, without a warning."""
    app = open_page("risk", demo_home, qx="月", qi="2025-03")
    year = next(box for box in app.selectbox if box.key == "qx")
    year.set_value("年").run()
    assert (values(app)["qx"], values(app)["qi"]) == ("年", "2025年")
    assert not app.warning
    next(box for box in app.selectbox if box.key == "qx").set_value("月").run()
    assert values(app)["qi"].startswith("2025年")
    assert not app.warning
    wrong = open_page("risk", demo_home, qx="年", qi="2031年")
    assert "“2031年”无效" in wrong.warning[0].value


@pytest.mark.pipeline
def test_a_filter_that_a_page_does_not_use_is_kept_but_not_drawn(
    demo_home: Path, open_page: Callable[..., Any]
) -> None:
    app = open_page("policy", demo_home, xz="职工", kj="含个人账户", db="预算", qu="赤峰市")
    assert set(values(app)) == {"src", "qx", "qi", "qu"}
    assert not app.warning
    next(box for box in app.selectbox if box.key == "qu").set_value("乌海市").run()
    app.switch_page("app_pages/risk.py").run()
    kept = values(app)
    assert (kept["xz"], kept["kj"], kept["db"], kept["qu"]) == ("职工", "含个人账户", "预算", "乌海市")
    assert not app.warning
