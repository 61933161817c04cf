"""The header of a feed's table: which contract column stands where, in which unit, and what is missing."""

from dataclasses import dataclass

from shouzhi.intake.contract import Feed
from shouzhi.intake.names import header_unit
from shouzhi.intake.vocabulary import code_list, normalise_word, unit_factor

MATCHES_AT_LEAST = 2
UNIT_WORDS = {"unit", "单位", "金额单位", "货币单位", "计量单位"}


@dataclass(frozen=True)
class Layout:
    """How to read a table. Tables with equal layouts are read by one statement.

    ``columns`` holds contract names with the index of their cell and the factor to yuan; ``skip`` counts the physical
    lines up to the header, the header included.
    """

    delimiter: str
    skip: int
    header: tuple[str, ...]
    columns: tuple[tuple[str, int, int], ...]
    has_quotes: bool = True
    # cells may end in blanks that are not ASCII
    has_wide_blanks: bool = False
    # the cell that says 元 or 万元 for the amounts of its row
    unit_position: int | None = None

    @property
    def width(self) -> int:
        """How many columns a row has to have: up to the last one with a name."""
        return max(position for position, cell in enumerate(self.header, 1) if cell.strip())

    @property
    def index(self) -> dict[str, int]:
        return {name: position for name, position, _ in self.columns}

    def missing(self, feed: Feed) -> list[str]:
        """Return the required columns that the header lacks; what privacy drops is never required."""
        found = self.index
        return [
            column.name
            for column in feed.columns
            if column.required == "yes" and column.name not in found and column.privacy != "drop"
        ]

    def unknown(self, feed: Feed) -> list[str]:
        known = {self.unit_position, *(position for _, position, _ in self.columns)}
        return [
            cell.strip()
            for position, cell in enumerate(self.header)
            if position not in known and cell.strip()
        ]


def find_layout(
    rows: list[tuple[int, int, list[str]]],
    feed: Feed,
    delimiter: str,
    *,
    has_quotes: bool = True,
    has_wide_blanks: bool = False,
) -> Layout | None:
    """Return the layout by the header among the first rows, or None.

    The header is the first row that names half of the required columns or more: what stands below it is data, whatever
    it looks like, so that a damaged header is told and never skipped for a better one further down. Where no row names
    that many, the row that names most of the contract's columns is taken, and what it lacks is told.
    ``rows`` holds first and last physical line and the cells of each row.
    """
    words = feed.header_map()
    needed = [column.name for column in feed.columns if column.required]
    best: Layout | None = None
    unit = 1
    for _, last_line, cells in rows:
        columns: dict[str, tuple[int, int]] = {}
        for position, cell in enumerate(cells):
            found = _column(cell, words)
            if found and found[0] not in columns:
                columns[found[0]] = (position, found[1] or 0)
        if len(columns) >= MATCHES_AT_LEAST and len(columns) > len(best.columns if best else ()):
            amounts = {column.name for column in feed.columns if column.type == "amount"}
            best = Layout(
                delimiter,
                last_line,
                tuple(cells),
                tuple(
                    (name, position, (factor or unit) if name in amounts else 1)
                    for name, (position, factor) in columns.items()
                ),
                has_quotes,
                has_wide_blanks,
                _unit_position(cells, words),
            )
        if 2 * len(columns.keys() & set(needed)) >= max(len(needed), MATCHES_AT_LEAST):
            break
        if best is None:
            unit = _stated_unit(cells) or unit
    return best


def _unit_position(cells: list[str], words: dict[str, str]) -> int | None:
    """Where a column of its own says the unit of each row; 单位 may also be the header of an employer."""
    names = [normalise_word(cell) for cell in cells]
    return next((i for i, name in enumerate(names) if name in UNIT_WORDS and name not in words), None)


def _column(cell: str, words: dict[str, str]) -> tuple[str, int | None] | None:
    name = words.get(normalise_word(cell))
    if name:
        return name, None
    word, unit_code = header_unit(cell)
    name = words.get(word)
    return (name, unit_factor(unit_code) if unit_code else None) if name else None


def _stated_unit(cells: list[str]) -> int | None:
    """单位：万元 above the header is the unit of all amounts."""
    for cell in cells:
        word = normalise_word(cell)
        if word.startswith(("单位:", "金额单位:", "单位：")):
            code = code_list("units").find(word.replace("：", ":").rpartition(":")[2])
            return unit_factor(code) if code else None
    return None
