"""The tile grid of 风险总览: areas as squares in their rough position, in words first and in colour second.

A picture without a drawing library: what each square says, where it stands, and the styles that make a grid of
buttons of it (``components/tile_card.py`` draws them).  Pure functions, so that tests read what readers see.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from dashboards.labels import (
    HELD_TAG,
    NOT_APPLICABLE,
    NOT_REPORTED,
    fmt_months,
    is_missing,
    level_mark,
    period_label,
)
from dashboards.palette import GREY, LEVEL_COLOR, LEVEL_INK
from shouzhi.words import LEVEL_SYMBOL, LEVEL_TEXT

TILE_NOTE = "方格示意图，非地图"
WARNED = ("red", "orange", "yellow", "blue")


@dataclass(frozen=True)
class Tile:
    """One square: where it stands, what it says, line by line."""

    area_code: str
    area_name: str
    row: int
    column: int
    level_code: str
    is_reported: bool
    lines: tuple[str, ...]

    @property
    def key(self) -> str:
        """The widget's key; Streamlit makes the class ``st-key-<key>`` of it."""
        return f"tile_{self.area_code}"

    @property
    def label(self) -> str:
        """The square's text as the button's Markdown: the name in bold, one line each below it."""
        return "\n".join([f"**{self.lines[0]}**", *self.lines[1:]])


@dataclass(frozen=True)
class TileGrid:
    """The squares with what the picture says in words, and the table that it was drawn from."""

    tiles: tuple[Tile, ...]
    title: str
    note: str
    alt: str
    table: pd.DataFrame


def _tile(row: pd.Series) -> Tile:
    reported = bool(row["is_reported"])
    level = str(row["level_code"]) if reported else "not_available"
    lines = [str(row["area_short_name"] or row["area_name"])]
    if reported:
        lines.append(f"{LEVEL_SYMBOL[level]} {LEVEL_TEXT[level]}")
        if row["tile_text"] != NOT_APPLICABLE:
            lines.append(str(row["tile_text"]))
    else:
        lines.append(NOT_REPORTED)
    if not is_missing(row["is_held"]) and bool(row["is_held"]):
        lines.append(HELD_TAG)
    return Tile(
        str(row["area_code"]),
        str(row["area_name"]),
        int(row["tile_row"]),
        int(row["tile_column"]),
        level,
        reported,
        tuple(lines),
    )


def tile_grid(levels: pd.DataFrame, period_code: str, scheme_label: str) -> TileGrid:
    """Squares in the rough position of the areas, in reading order (which is the order of the Tab key).

    ``levels``: area_code, area_name, area_short_name, tile_column, tile_row, level_code, is_reported, is_held,
    reserve_months, leading_rule_name, tile_text (the third line of a square); rows without a tile position are
    left out.
    """
    placed = levels.dropna(subset=["tile_column", "tile_row"]).reset_index(drop=True)
    tiles = [_tile(row) for _, row in placed.iterrows()]
    warned = sum(tile.level_code in WARNED for tile in tiles)
    unreported = sum(not tile.is_reported for tile in tiles)
    unjudged = sum(tile.is_reported and tile.level_code == "not_available" for tile in tiles)
    said = [f"{warned}个有预警" if warned or not unjudged else ""]
    said += [f"{count}个{what}" for count, what in ((unjudged, "无法判断"), (unreported, "未报送")) if count]
    title = f"{len(tiles)}个统筹区中{'，'.join(words for words in said if words)}"
    note = (
        f"{TILE_NOTE} · {scheme_label} · {period_label(period_code)}"
        " · 方格内为等级与可支付月数（有预警的为主要规则所看的月数），点击进入画像"
    )
    table = pd.DataFrame(
        {
            "统筹区": [tile.area_name for tile in tiles],
            "预警等级": [level_mark(tile.level_code) if tile.is_reported else NOT_REPORTED for tile in tiles],
            "方格内的值": placed["tile_text"],
            "可支付月数": [fmt_months(value) for value in placed["reserve_months"]],
            "主要规则": [
                NOT_APPLICABLE if is_missing(name) else name for name in placed["leading_rule_name"]
            ],
            "标记": [HELD_TAG if HELD_TAG in tile.lines else "" for tile in tiles],
        }
    )
    listed = "；".join(f"{row['统筹区']}{row['预警等级']}{row['标记']}" for _, row in table.iterrows())
    in_order = tuple(sorted(tiles, key=lambda tile: (tile.row, tile.column, tile.area_code)))
    return TileGrid(in_order, title, note, f"{title}。{listed}。", table)


def _of(tiles: Iterable[Tile], tail: str) -> str:
    return ",".join(f".st-key-{tile.key} {tail}" for tile in tiles)


def tile_styles(grid: TileGrid, key: str) -> str:
    """The one block of styles: the container as a grid, each button in its cell and its level's colours."""
    columns = max((tile.column for tile in grid.tiles), default=0) + 1
    rules = [
        f".st-key-{key}{{display:grid;grid-template-columns:repeat({columns},minmax(0,1fr));gap:5px}}",
        *(
            f".st-key-{tile.key}{{grid-column:{tile.column + 1};grid-row:{tile.row + 1}}}"
            for tile in grid.tiles
        ),
        f".st-key-{key} button{{min-height:84px;width:100%;padding:4px 2px;border-radius:4px}}",
        f".st-key-{key} button p{{white-space:pre-line;font-size:12px;line-height:1.4}}",
        f".st-key-{key} button:hover{{filter:brightness(0.95)}}",
        f".st-key-{key} button:focus-visible{{outline:3px solid #0072B2;outline-offset:2px}}",
    ]
    for level in dict.fromkeys(tile.level_code for tile in grid.tiles):
        same = [tile for tile in grid.tiles if tile.level_code == level]
        ink = LEVEL_INK[level]
        rules.append(
            f"{_of(same, 'button')}{{background:{LEVEL_COLOR[level]}!important;color:{ink}!important;"
            f"border:1px solid {GREY if level == 'not_available' else LEVEL_COLOR[level]}!important}}"
        )
    unreported = [tile for tile in grid.tiles if not tile.is_reported]
    if unreported:
        rules.append(f"{_of(unreported, 'button')}{{border:2px dashed {GREY}!important}}")
    return f"<style>{''.join(rules)}</style>"
