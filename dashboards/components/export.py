"""Downloads: CSV and XLSX with their own provenance, safe to open in a spreadsheet program."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
import xlsxwriter

from dashboards.labels import is_missing

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


# a figure as pages write it: a sign, digits with or without commas between thousands, a decimal part, a percent sign
_FIGURE = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?%?")


def safe_text(text: str) -> str:
    """Text that no spreadsheet program takes for a formula; figures such as ``-12.50`` or ``+3.5%`` stay as they are."""
    if not text.startswith(_RISKY) or _FIGURE.fullmatch(text.strip()):
        return text
    return "'" + text


def _plain_cell(value: Any) -> str:
    """A cell of a CSV file: figures as plain numbers (no commas, no plus sign), everything else as safe text."""
    text = ("" if is_missing(value) else str(value)).replace("−", "-")
    if _FIGURE.fullmatch(text.strip()):
        return text.strip().replace(",", "").removeprefix("+")
    return safe_text(text)


def csv_bytes(table: pd.DataFrame, facts: Mapping[str, str]) -> bytes:
    """The table as CSV (UTF-8 with BOM); the facts (filters, period, data date, build, marks) stand above it."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    for name, fact in facts.items():
        writer.writerow([f"# {name}：{fact}"])
    writer.writerow([_plain_cell(column) for column in table.columns])
    for row in table.itertuples(index=False):
        writer.writerow([_plain_cell(value) for value in row])
    return buffer.getvalue().encode("utf-8-sig")


def _number(value: Any, is_amount: bool) -> float | None:
    """What a workbook's cell holds as a number: percentages anywhere, other figures only in columns of amounts."""
    text = _plain_cell(value)
    if not _FIGURE.fullmatch(text) or not (is_amount or text.endswith("%")):
        return None
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


def xlsx_bytes(table: pd.DataFrame, facts: Mapping[str, str], title: str) -> bytes:
    """The table as a workbook: sheet 数据, and sheet 说明 with the facts.  No cell is ever a formula."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        head = book.add_format({"bold": True, "bg_color": "#EAF0F5", "border": 1, "text_wrap": True})
        number = book.add_format({"num_format": "#,##0.00"})
        share = book.add_format({"num_format": "0.0%"})
        bold = book.add_format({"bold": True, "font_size": 13})
        sheet = book.add_worksheet("数据")
        sheet.write_string(0, 0, title, bold)
        for position, column in enumerate(table.columns):
            name = str(column)
            sheet.write_string(1, position, name, head)
            widest = max(
                [len(name) * 2, *(len(str(value)) + 4 for value in table.iloc[:200, position])], default=8
            )
            sheet.set_column(position, position, min(max(widest, 8), 48))
        for line, row in enumerate(table.itertuples(index=False), start=2):
            for position, value in enumerate(row):
                amount = _number(value, "（" in str(table.columns[position]))
                if amount is not None:
                    look = share if str(value).strip().endswith("%") else number
                    sheet.write_number(line, position, amount, look)
                else:
                    sheet.write_string(line, position, _plain_cell(value))
        sheet.freeze_panes(2, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(1)
        notes = book.add_worksheet("说明")
        notes.set_column(0, 0, 18)
        notes.set_column(1, 1, 90)
        for line, (name, fact) in enumerate(facts.items()):
            notes.write_string(line, 0, name, head)
            notes.write_string(line, 1, safe_text(str(fact)))
    return buffer.getvalue()
