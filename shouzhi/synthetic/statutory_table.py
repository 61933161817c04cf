"""The two-sided statutory table (基金收支预算表) as an Excel sheet, byte for byte the same on every run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import xlsxwriter

Cell = float | int | str | None

_DIGITS = str.maketrans("0123456789", "○一二三四五六七八九")
WRITTEN_AT = datetime(2000, 1, 1)  # a fixed time in the file's properties keeps its content hash


@dataclass(frozen=True)
class Row:
    """One printed row of a half: its label with numbering and indent, and one cell per value column."""

    label: str
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """One sheet: one scheme of one reporting unit."""

    name: str
    title: str
    reporting_unit: str
    unit: str
    columns: tuple[str, ...]
    left: Sequence[Row]
    right: Sequence[Row]
    signature: str = "单位负责人：          财务负责人：          填表人：          填报日期："


def chinese_year(year: int) -> str:
    """2024 -> 二○二四, as titles of statutory tables print the year."""
    return str(year).translate(_DIGITS)


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write the sheets as one .xlsx file."""
    workbook = xlsxwriter.Workbook(str(path))
    workbook.set_properties({"created": WRITTEN_AT})
    title_format = workbook.add_format({"bold": True, "font_size": 16, "align": "center"})
    head_format = workbook.add_format({"bold": True, "border": 1, "align": "center", "text_wrap": True})
    label_format = workbook.add_format({"border": 1})
    amount_format = workbook.add_format({"border": 1, "align": "right", "num_format": "#,##0.00"})
    mark_format = workbook.add_format({"border": 1, "align": "center"})

    for sheet in sheets:
        page = workbook.add_worksheet(sheet.name)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 1)
        half = 1 + len(sheet.columns)
        last = 2 * half - 1
        page.set_column(0, last, 16)
        page.set_column(0, 0, 34)
        page.set_column(half, half, 34)
        page.merge_range(0, 0, 0, last, sheet.title, title_format)
        page.write_string(1, 0, f"编报单位：{sheet.reporting_unit}")
        page.write_string(1, last, f"单位：{sheet.unit}")
        for start in (0, half):
            page.write_string(2, start, "项        目", head_format)
            for offset, column in enumerate(sheet.columns, start=1):
                page.write_string(2, start + offset, column, head_format)
        for start, rows in ((0, sheet.left), (half, sheet.right)):
            for index in range(max(len(sheet.left), len(sheet.right))):
                row = rows[index] if index < len(rows) else Row("")
                page.write_string(3 + index, start, row.label, label_format)
                for offset in range(len(sheet.columns)):
                    cell = row.cells[offset] if offset < len(row.cells) else None
                    if isinstance(cell, int | float):
                        page.write_number(3 + index, start + 1 + offset, cell, amount_format)
                    elif cell is None:
                        page.write_blank(3 + index, start + 1 + offset, None, amount_format)
                    else:
                        page.write_string(3 + index, start + 1 + offset, cell, mark_format)
        page.write_string(4 + max(len(sheet.left), len(sheet.right)), 0, sheet.signature)
    workbook.close()
