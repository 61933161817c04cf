"""Where the tables of a sheet are: header rows, halves and amount columns."""

import re
from dataclasses import dataclass, field

from shouzhi.intake.cells import parse_amount
from shouzhi.intake.sheets import Sheet
from shouzhi.intake.table_labels import AMOUNT, ITEM, ITEM_WEAK, column_kind
from shouzhi.intake.vocabulary import normalise_text

MAX_HEADER_ROWS = 4
_NUMBER_ROW = re.compile(r"^(栏次|栏目|甲|乙|丙|行次|序号|[A-Za-z]|\d{1,2}(=.*)?)$")
_HALF_LABEL = re.compile(r"^[一二]?[、]?(本年|基金)*(收入|支出)(部分|类|方|项目)?$")


@dataclass
class Half:
    """One half of a table: the item column, its side where the header says it, and its amount columns."""

    item: int
    side: str | None = None
    amounts: list[int] = field(default_factory=list)
    code: int | None = None


@dataclass
class Layout:
    """One table: rows ``top`` to ``bottom`` (exclusive) are its header, data go on to ``end``."""

    start: int
    top: int
    bottom: int
    end: int
    halves: list[Half]
    labels: dict[int, str]
    area_columns: list[int]
    ignored: dict[int, str]
    problem: str | None = None

    def label(self, column: int) -> str:
        return self.labels.get(column, "")


def find_layouts(sheet: Sheet, rows: list[list[str]]) -> list[Layout]:
    """Find every table of a sheet; a header row repeated under the same title starts none."""
    tops = [index for index in range(len(rows)) if _is_header(rows, index)]
    tops = [
        top for order, top in enumerate(tops) if order == 0 or not _same_block(rows, tops[order - 1], top)
    ]
    if not tops:
        fallback = _header_without_item(rows)
        tops = [] if fallback is None else [fallback]
    layouts: list[Layout] = []
    for order, top in enumerate(tops):
        start = _title_start(rows, tops[order - 1] + 1, top) if order else 0
        end = _title_start(rows, top + 1, tops[order + 1]) if order + 1 < len(tops) else len(rows)
        layouts.append(_layout(sheet, rows, start, top, end))
    return [layout for layout in layouts if any(half.amounts for half in layout.halves)]


def _words(row: list[str]) -> list[str]:
    return [normalise_text(cell) for cell in row]


def _is_number(word: str) -> bool:
    return parse_amount(word).status == "ok" and not re.fullmatch(r"(19|20)\d{2}", word)


def _is_label(word: str) -> bool:
    return (
        bool(word)
        and not _is_number(word)
        and bool(AMOUNT.search(word) or re.fullmatch(r"(19|20)\d{2}", word))
    )


def _is_header(rows: list[list[str]], index: int) -> bool:
    words = _words(rows[index])
    filled = [word for word in words if word]
    has_item = any(ITEM.match(word) for word in words)
    is_weak = any(ITEM_WEAK.match(word) for word in words)
    if not (has_item or is_weak) or any(_is_number(word) for word in filled):
        return False
    if sum(map(_is_label, words)) >= 1 and (has_item or len(filled) >= 2):
        return True
    if not has_item:
        return False
    below = [word for row in rows[index + 1 : index + 3] for word in _words(row)]
    return len(filled) >= 2 or any(map(_is_label, below))


def _same_block(rows: list[list[str]], previous: int, top: int) -> bool:
    """True where ``top`` is a lower row of the same header or a repetition of it without a title between."""
    if all(_is_header(rows, index) or not any(_words(rows[index])) for index in range(previous + 1, top)):
        return True
    return _words(rows[previous]) == _words(rows[top]) and _title_start(rows, previous + 1, top) == top


def _title_start(rows: list[list[str]], after: int, top: int) -> int:
    """Go up from a header over title, 单位 and blank rows: where the table's own text begins."""
    start = top
    for index in range(top - 1, after - 1, -1):
        words = [word for word in _words(rows[index]) if word]
        if any(_is_number(word) for word in words):
            break
        if any(re.search(r"表|单位|基金|年度|期间|医疗保险", word) for word in words):
            start = index
        elif len(words) > 2 or any(re.match(r"注|说明|填表|制表|审核|负责", word) for word in words):
            break
    return start


def _header_without_item(rows: list[list[str]]) -> int | None:
    """A header whose item cell is blank: several amount labels, none of the cells a number."""
    for index, row in enumerate(rows[:20]):
        words = _words(row)
        labels = [word for word in words[1:] if _is_label(word) and not re.search(r"单位[:：]|表$", word)]
        if labels and not words[0] and not any(map(_is_number, words)) and _has_numbers_below(rows, index):
            return index
    return None


def _has_numbers_below(rows: list[list[str]], index: int) -> bool:
    return any(_is_number(word) for row in rows[index + 1 : index + 6] for word in _words(row)[1:])


def _header_bottom(rows: list[list[str]], top: int, end: int) -> int:
    items = [
        column for column, word in enumerate(_words(rows[top])) if ITEM.match(word) or ITEM_WEAK.match(word)
    ]
    bottom = top + 1
    while bottom < min(end, top + MAX_HEADER_ROWS):
        words = _words(rows[bottom])
        filled = [word for word in words if word]
        item_words = [words[column] for column in items if column < len(words)]
        if filled and all(_NUMBER_ROW.match(word) for word in filled):
            bottom += 1
            continue
        is_item_free = all(
            not word or ITEM.match(word) or (order and _is_column_label(word))
            for order, word in enumerate(item_words)
        )
        if (
            not filled
            or not is_item_free
            or any(map(_is_number, words))
            or not (_is_heading(words, items) or any(map(_is_column_label, item_words[1:])))
        ):
            break
        bottom += 1
    return bottom


def _is_column_label(word: str) -> bool:
    """True for the name of an amount column below a group label such as 收入 or 收入项目."""
    if not _is_label(word):
        return False
    return not re.search(r"收入|支出|结余", word) or bool(
        re.search(r"\d{4}|预算|决算|执行|金额|累计|数$", word)
    )


def _is_heading(words: list[str], items: list[int]) -> bool:
    texts = [word for column, word in enumerate(words) if word and column not in items]
    return any(ITEM.match(word) for word in words) or any(
        AMOUNT.search(word) or re.search(r"账户|统筹|小计|合计|其中|职工|居民|增减|%|备注|(19|20)\d{2}", word)
        for word in texts
    )


def _header_top(rows: list[list[str]], start: int, top: int) -> int:
    """Take in the row above the item row where it carries half or group labels."""
    if top - 1 < start:
        return top
    words = [word for word in _words(rows[top - 1]) if word]
    is_halves = bool(words) and all(_HALF_LABEL.match(word) for word in words)
    is_groups = len(words) >= 2 and all(
        (_is_label(word) and len(word) <= 14 and not re.search(r"单位|[:：]|表$", word))
        or _HALF_LABEL.match(word)
        for word in words
    )
    return top - 1 if is_halves or is_groups else top


def _filled_header(sheet: Sheet, rows: list[list[str]], top: int, bottom: int) -> list[list[str]]:
    """Header rows with merged cells written out; without merges, group labels run to the right."""
    width = max((len(row) for row in rows), default=0)
    grid = [_words(row) + [""] * (width - len(row)) for row in rows[top:bottom]]
    spans = [span for span in sheet.merged if span[0] < bottom and span[2] >= top]
    for first_row, left, last_row, right in spans:
        text = grid[first_row - top][left] if first_row >= top else ""
        for row in range(max(first_row, top), min(last_row, bottom - 1) + 1):
            for column in range(left, min(right, width - 1) + 1):
                grid[row - top][column] = text
    if not spans:
        for index, words in enumerate(grid[:-1]):
            _run_right(words, grid[index + 1 :])
    return grid


def _run_right(words: list[str], below: list[list[str]]) -> None:
    for column in range(1, len(words)):
        lower = [row[column] for row in below if row[column]]
        source = words[column - 1]
        if words[column] or not lower or not source or any(ITEM.match(word) for word in lower):
            continue
        if not ITEM.match(source):
            words[column] = source


def _layout(sheet: Sheet, rows: list[list[str]], start: int, item_row: int, end: int) -> Layout:
    top, bottom = _header_top(rows, start, item_row), _header_bottom(rows, item_row, end)
    grid = _filled_header(sheet, rows, top, bottom)
    width = len(grid[0]) if grid else 0
    labels, items, sides, groups = {}, [], {}, {}
    for column in range(width):
        parts = [row[column] for row in grid if row[column] and not _NUMBER_ROW.match(row[column])]
        parts = list(dict.fromkeys(parts))
        named = [part for part in parts if not _HALF_LABEL.match(part)]
        is_item = _is_item_column(parts) or bool(parts and not named and _starts_half(grid, column))
        if is_item:
            items.append(column)
            sides[column] = _side_of("".join(parts))
        else:
            groups[column] = _side_of("".join(part for part in parts if _is_group(part)))
        labels[column] = "".join(
            part for part in (parts if is_item else named) if is_item or not ITEM.match(part)
        )
    if not items:
        items = [0]
    layout = Layout(start, top, bottom, end, [], labels, [], {})
    return _halved(layout, items, sides, groups, width)


def _is_item_column(parts: list[str]) -> bool:
    """项目 names an item column, but not where an amount label stands below it (收入项目 over three columns)."""
    places = [order for order, part in enumerate(parts) if ITEM.match(part)]
    return bool(places) and not any(_is_column_label(part) for part in parts[places[-1] + 1 :])


def _is_group(part: str) -> bool:
    return bool(_HALF_LABEL.match(part) or ITEM.match(part))


def _starts_half(grid: list[list[str]], column: int) -> bool:
    """A bare 收入 or 支出 label is an item column where it starts, not where it was filled to the right."""
    return column == 0 or all(
        not _HALF_LABEL.match(row[column]) or row[column - 1] != row[column] for row in grid
    )


def _side_of(text: str) -> str | None:
    has_income, has_expenditure = "收入" in text, "支出" in text
    if has_income == has_expenditure:
        return None
    return "income" if has_income else "expenditure"


def _halved(
    layout: Layout,
    items: list[int],
    sides: dict[int, str | None],
    groups: dict[int, str | None],
    width: int,
) -> Layout:
    for order, item in enumerate(items):
        right = items[order + 1] if order + 1 < len(items) else width
        half = Half(item, sides.get(item))
        for column in range(item + 1, right):
            kind = column_kind(layout.label(column))
            if kind == "amount":
                half.amounts.append(column)
            elif kind == "code":
                half.code = column
            elif kind == "area":
                layout.area_columns.append(column)
            elif kind != "empty":
                layout.ignored[column] = kind
        named = {groups[column] for column in half.amounts if groups.get(column)}
        if len(named) == 2:
            layout.problem = (
                "“收入”和“支出”两组金额共用一个“项目”栏，看不出每行是收入还是支出，请左右各设一个“项目”栏"
            )
        half.side = half.side or next(iter(named), None)
        layout.halves.append(half)
    layout.area_columns.extend(
        column for column in range(items[0]) if column_kind(layout.label(column)) == "area"
    )
    codes = [column for column in range(items[0]) if column_kind(layout.label(column)) == "code"]
    if codes:
        layout.halves[0].code = codes[0]
    with_amounts = [half for half in layout.halves if half.amounts]
    if len(with_amounts) == 2 and not any(half.side for half in with_amounts):
        with_amounts[0].side, with_amounts[1].side = "income", "expenditure"
    if len(with_amounts) == 2 and {half.side for half in with_amounts} in (
        {"income", None},
        {"expenditure", None},
    ):
        known = next(half.side for half in with_amounts if half.side)
        other = "expenditure" if known == "income" else "income"
        for half in with_amounts:
            half.side = half.side or other
    layout.halves = with_amounts
    return layout


def explain(sheet: Sheet, rows: list[list[str]]) -> tuple[int, str] | None:
    """Say which row was tried as a header of the statutory table, and which word disturbed it."""
    for index, row in enumerate(rows[:30]):
        words = [word for word in _words(row) if word]
        if not any(ITEM.match(word) for word in words):
            continue
        number = next((word for word in words if _is_number(word)), None)
        if number:
            return index, f"有“项目”一栏，但“{number}”是数，不像表头"
        below = [word for other in rows[index : index + 2] for word in _words(other) if word]
        other = next((word for word in below if not ITEM.match(word) and not _is_group(word)), None)
        return index, (
            f"有“项目”一栏，但“{other}”不能认作金额栏" if other else "有“项目”一栏，但它右边没有金额栏"
        ) + "，金额栏请写明，如 2024年执行数、2025年预算数"
    for index, row in enumerate(rows[:30]):
        words = [word for word in _words(row) if word]
        label = next((word for word in words if _is_label(word) and "单位" not in word), None)
        if label and len(words) >= 2 and not any(map(_is_number, words)):
            return index, f"有“{label}”一栏，但“{words[0]}”不能认作“项目”一栏"
    return None
