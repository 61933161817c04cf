"""The tile grid: every state has its own look and its own words, and a click is a drill."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboards.labels import level_mark
from dashboards.palette import LEVEL_COLOR, LEVEL_INK
from dashboards.tiles import tile_grid, tile_styles
from shouzhi.words import LEVEL_SYMBOL, LEVEL_TEXT, LEVELS
from tests.python.dashboard.test_pages import situations

pytestmark = [pytest.mark.dashboard]

STATES = pd.DataFrame(
    {
        "area_code": ["150400", "150700", "150200", "150300", "150500", "150600", "152900", "150800"],
        "area_name": [
            "赤峰市",
            "呼伦贝尔市",
            "包头市",
            "乌海市",
            "通辽市",
            "鄂尔多斯市",
            "阿拉善盟",
            "临河区",
        ],
        "area_short_name": ["赤峰", "呼伦贝尔", "包头", "乌海", "通辽", "鄂尔多斯", "阿拉善", "临河"],
        "tile_column": [6, 7, 2, 1, 7, 2, 0, None],
        "tile_row": [2, 0, 2, 3, 2, 3, 3, None],
        "level_code": ["red", "orange", "yellow", "blue", "none", "not_available", "not_available", "red"],
        "is_reported": [True, True, True, True, True, True, False, True],
        "is_held": [True, False, False, False, None, False, False, False],
        "reserve_months": [2.5, 5.0, 6.5, 8.0, 0, None, None, 1.0],
        "leading_rule_name": ["结余不足", "分档", "分档", "分档", None, None, None, "分档"],
        "tile_text": ["2.5 个月", "5.0 个月", "6.5 个月", "8.0 个月", "0.0 个月", "—", "—", "1.0 个月"],
    }
)


def block_of(styles: str, area_code: str, tail: str = "button") -> str:
    """Every declaration that the styles make for a square."""
    found = re.findall(r"([^{}]+)\{([^{}]*)\}", styles.removeprefix("<style>"))
    wanted = f".st-key-tile_{area_code}{' ' + tail if tail else ''}"
    return ";".join(body for selectors, body in found if wanted in selectors.split(","))


def test_every_state_says_itself_in_words_and_looks_like_no_other() -> None:
    grid = tile_grid(STATES, "202609", "职工")
    tiles = {tile.area_name: tile for tile in grid.tiles}
    assert "临河区" not in tiles
    assert tiles["赤峰市"].lines == ("赤峰", "■ 红色", "2.5 个月", "待核")
    assert tiles["赤峰市"].label == "**赤峰**\n■ 红色\n2.5 个月\n待核"
    assert tiles["通辽市"].lines == ("通辽", "— 无预警", "0.0 个月")
    assert tiles["鄂尔多斯市"].lines == ("鄂尔多斯", "? 无法判断")
    assert tiles["阿拉善盟"].lines == ("阿拉善", "? 未报送")
    styles = tile_styles(grid, "tiles")
    looks = {name: block_of(styles, tile.area_code) for name, tile in tiles.items()}
    assert len(set(looks.values())) == len(looks)
    for name, level in zip(STATES["area_name"][:6], STATES["level_code"], strict=False):
        assert f"background:{LEVEL_COLOR[level]}" in looks[name]
        assert f"color:{LEVEL_INK[level]}" in looks[name]
        assert "dashed" not in looks[name]
    assert "dashed" in looks["阿拉善盟"]


def test_squares_stand_where_the_area_table_puts_them_and_are_read_row_by_row() -> None:
    grid = tile_grid(STATES, "202609", "职工")
    assert [tile.area_name for tile in grid.tiles] == [
        "呼伦贝尔市",
        "包头市",
        "赤峰市",
        "通辽市",
        "阿拉善盟",
        "乌海市",
        "鄂尔多斯市",
    ]
    styles = tile_styles(grid, "tiles")
    assert "grid-template-columns:repeat(8," in styles
    assert block_of(styles, "150400", "") == "grid-column:7;grid-row:3"


def test_where_nothing_can_be_judged_nothing_is_said_to_be_calm() -> None:
    early = STATES.assign(level_code="not_available", is_reported=True, is_held=False)
    assert tile_grid(early, "202201", "合计").title == "7个统筹区中7个无法判断"


def test_title_words_and_table_agree() -> None:
    grid = tile_grid(STATES, "202609", "职工")
    assert grid.title == "7个统筹区中4个有预警，1个无法判断，1个未报送"
    assert grid.alt.startswith(grid.title)
    assert "方格示意图，非地图 · 职工 · 2026年9月" in grid.note
    for row in grid.table.itertuples(index=False):
        assert f"{row.统筹区}{row.预警等级}{row.标记}" in grid.alt
    assert grid.table["主要规则"].tolist()[:5] == ["结余不足", "分档", "分档", "分档", "—"]
    unreported = grid.table[grid.table["统筹区"] == "阿拉善盟"].iloc[0]
    assert unreported["预警等级"] == "? 未报送"
    assert grid.table.loc[grid.table["统筹区"] == "赤峰市", "标记"].iloc[0] == "待核"


def test_nothing_in_an_area_name_becomes_markup() -> None:
    odd = STATES.head(1).assign(area_name="<b>甲</b>", area_short_name="甲")
    grid = tile_grid(odd, "202609", "职工")
    assert "<b>" not in tile_styles(grid, "tiles")
    assert grid.tiles[0].label.startswith("**甲**")


def tiles_of(app: Any) -> dict[str, Any]:
    """Area code → button of its square."""
    return {
        button.key.removeprefix("tile_"): button
        for button in app.button
        if button.key and button.key.startswith("tile_")
    }


@pytest.mark.parametrize("scheme", ["职工", "居民", "合计"])
@pytest.mark.parametrize("situation", ["normal", "first", "missing"])
def test_the_page_shows_the_levels_of_the_marts(
    open_page: Callable[..., Any],
    ask: Callable[..., pd.DataFrame],
    demo_home: Path,
    scheme: str,
    situation: str,
) -> None:
    code = situations(ask, demo_home)[situation]
    fund = {"职工": "310100", "居民": "390100", "合计": "ALL"}[scheme]
    levels = ask(
        demo_home,
        """
        select level.area_code, level.level_code, level.is_reported
        from deficit_warning.fct_warning_level as level
        inner join core.dim_area as area on level.area_code = area.area_code
        where level.period_type = 'month' and level.period_code = $code and level.fund_code = $fund
            and area.tile_column is not null
        """,
        {"code": code, "fund": fund},
    )
    squares = tiles_of(open_page("risk", demo_home, xz=scheme, qi=code))
    assert set(squares) == set(levels["area_code"])
    for row in levels.itertuples():
        expected = level_mark(row.level_code) if row.is_reported else "? 未报送"
        assert squares[row.area_code].label.split("\n")[1] == expected
    if situation == "missing":
        assert any("? 未报送" in square.label for square in squares.values())


@pytest.mark.parametrize(("year", "level"), [("2023年", "none"), ("2024年", "red")])
def test_all_calm_and_all_red(
    open_page: Callable[..., Any], extremes_home: Path, year: str, level: str
) -> None:
    squares = tiles_of(open_page("risk", extremes_home, xz="职工", qi=year))
    assert len(squares) == 13
    assert {square.label.split("\n")[1] for square in squares.values()} == {
        f"{LEVEL_SYMBOL[level]} {LEVEL_TEXT[level]}"
    }


def test_a_click_on_a_square_opens_the_area(open_page: Callable[..., Any], demo_home: Path) -> None:
    app = open_page("risk", demo_home, xz="职工")
    tiles_of(app)["150400"].click()
    app.run()
    assert not app.exception
    assert app.title[0].value == "统筹区画像"
    boxes = {box.key: box.value for box in app.selectbox}
    assert boxes["qu"] == "赤峰市"
    assert boxes["xz"] == "职工"


def test_the_picture_comes_with_its_words_and_its_table(
    open_page: Callable[..., Any], demo_home: Path
) -> None:
    app = open_page("risk", demo_home, xz="职工")
    pictures = [element.proto.body for element in app.get("html") if "st-key-tiles" in element.proto.body]
    assert len(pictures) == 1
    assert re.search(r"role='heading'[^>]*>\d+个统筹区中\d+个有预警", pictures[0])
    assert not app.get("plotly_chart")
    box = next(box for box in app.expander if box.label == "查看数据")
    assert box is not None
    assert [code for code in LEVELS if LEVEL_COLOR[code] in pictures[0]]
