"""The header of a list: which contract column stands where, what is missing, and which unit it names."""

from dataclasses import dataclass

from shouzhi.intake.contract import Feed
from shouzhi.intake.names import header_unit
from shouzhi.intake.vocabulary import code_list, find_statement, normalise_text, normalise_word

REQUIRED = {
    "period": ["period"],
    "fund_code": ["fund_code"],
    "statement": ["statement"],
    "admdvs 或 admdvs_name": ["admdvs", "admdvs_name"],
    "account_code 或 account_name": ["account_code", "account_name"],
    "amount": ["amount"],
}


@dataclass(frozen=True)
class ListHeader:
    """The header of a list: its place, and the column index of each contract column found."""

    index: int
    row_number: int
    cells: list[str]
    columns: dict[str, int]
    unit_code: str | None
    month_column: int | None = None

    @property
    def width(self) -> int:
        """How many columns a row has to have: up to the last one with a name."""
        return max(position for position, cell in enumerate(self.cells, 1) if cell.strip())

    def missing(self) -> list[str]:
        return [
            name for name, choices in REQUIRED.items() if not any(each in self.columns for each in choices)
        ]


def find_list_header(head: list[tuple[int, list[str]]], feed: Feed) -> ListHeader | None:
    """Return the header row of a list among the first rows, or None where this is no list."""
    words_map = feed.header_map()
    for index, (row_number, cells) in enumerate(head):
        columns: dict[str, int] = {}
        unit_code = None
        below = [row for _, row in head[index + 1 :]]
        # the columns that their values decide come last: they never take the place of a named one
        for position, cell in sorted(enumerate(cells), key=lambda item: _is_basis(item[1])):
            word, cell_unit = header_unit(cell)
            name = words_map.get(normalise_word(cell)) or words_map.get(word)
            name = _basis_by_values(below, position) or name if _is_basis(cell) else name
            if name and name not in columns:
                columns[name] = position
                unit_code = cell_unit if name == "amount" and cell_unit else unit_code
        if len(columns) >= 4 or (len(columns) >= 3 and "period" in columns):
            return ListHeader(index, row_number, cells, columns, unit_code, _month_column(cells, columns))
    return None


def _is_basis(cell: str) -> bool:
    return normalise_word(cell) in {"口径", "数据口径"}


def _basis_by_values(rows: list[list[str]], position: int) -> str | None:
    """口径 is the measure where it says 累计 or 本月, the statement where it says 预算 or 决算."""
    texts = {row[position] for row in rows if position < len(row) and row[position].strip()}
    measures = sum(code_list("measures").find(text) is not None for text in texts)
    statements = sum(find_statement(text) is not None for text in texts)
    if measures == statements:
        return None
    return "measure" if measures > statements else "statement"


def _month_column(cells: list[str], columns: dict[str, int]) -> int | None:
    """Where a list keeps 年度 and 月份 (or 季度) in two columns, both say the period."""
    if "period" not in columns or normalise_word(cells[columns["period"]]) not in {
        "年度",
        "年份",
        "year",
        "年",
    }:
        return None
    words = {"月份", "月", "month", "季度", "季", "期别"}
    return next((index for index, cell in enumerate(cells) if normalise_word(cell) in words), None)


def period_texts(cells: list[list[str]], header: ListHeader) -> list[str]:
    index, month = header.columns["period"], header.month_column
    if month is None:
        return [row[index] for row in cells]
    is_quarter = "季" in header.cells[month]
    return [_joined_period(row[index], row[month], is_quarter) for row in cells]


def _joined_period(year: str, part: str, is_quarter: bool) -> str:
    word = normalise_text(part).removesuffix(".0")
    if not word or not normalise_text(year):
        return year
    suffix = ("季度" if is_quarter else "月") if word.isdigit() and len(word) <= 2 else ""
    return f"{normalise_text(year).removesuffix('.0').removesuffix('年')}年{word}{suffix}"
