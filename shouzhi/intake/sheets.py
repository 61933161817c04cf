"""Sheets: one reader for text tables, workbooks and Parquet files. A sheet yields rows of cell texts."""

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from shouzhi.errors import UserError
from shouzhi.intake.cells import cell_text
from shouzhi.intake.encodings import decode, sniff_delimiter
from shouzhi.intake.periods import NUMERIC_MARK
from shouzhi.intake.xlsx_marks import SheetMarks, read_marks

HEAD_ROWS = 60
csv.field_size_limit(16 * 1024 * 1024)


@dataclass
class Sheet:
    """One table as it stands: ``name`` is None for text files; rows are numbered from 1."""

    name: str | None
    rows: list[list[str]] | None = None
    text: str | None = None
    delimiter: str = ","
    first_row_number: int = 1
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    marks: SheetMarks = field(default_factory=SheetMarks)
    is_hidden: bool = False

    def numbered_rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield row number (for text files the physical line) and cells."""
        if self.rows is not None:
            yield from enumerate(self.rows, start=self.first_row_number)
            return
        text = self.text or ""
        # an odd quote would swallow the rows after it: then quotes are plain characters
        quoting = csv.QUOTE_NONE if text.count('"') % 2 else csv.QUOTE_MINIMAL
        reader = csv.reader(io.StringIO(text), delimiter=self.delimiter, quoting=quoting)
        line = 1
        for row in reader:
            yield line, row
            line = reader.line_num + 1

    def head(self) -> list[tuple[int, list[str]]]:
        rows = []
        for numbered in self.numbered_rows():
            rows.append(numbered)
            if len(rows) >= HEAD_ROWS:
                break
        return rows


@dataclass
class Workbook:
    sheets: list[Sheet]
    encoding: str


def read_workbook(data: bytes, suffix: str) -> Workbook:
    """Read a file by what it is, not by what its name says; raises ``UserError`` with the reason."""
    if not data:
        raise UserError("文件是空的（0 字节），请重新导出")
    if data[:4] == b"PAR1":
        return _read_parquet(data)
    if data[:4] == b"PK\x03\x04" or data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _read_excel(data)
    if suffix == ".parquet":
        raise UserError("不是有效的 Parquet 文件，可能已损坏，请重新导出")
    head = data[:2000].lstrip().lower()
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml")):
        raise UserError("文件其实是网页或 XML，不是表格，请在 Excel 中打开后另存为 .xlsx")
    if suffix in {".xlsx", ".xlsm", ".xlsb"} or data[:5] == b"%PDF-":
        raise UserError("不是有效的 Excel 文件，可能已损坏或改过扩展名，请在 Excel 中打开后另存为 .xlsx")
    return _read_text(data)


def _read_text(data: bytes) -> Workbook:
    text, encoding = decode(data)
    lines = text.splitlines()
    if lines and lines[0].lower().startswith("sep=") and len(lines[0]) == 5:
        text = "\n" + text.partition("\n")[2]
    return Workbook([Sheet(None, text=text, delimiter=sniff_delimiter(text))], encoding)


def _read_excel(data: bytes) -> Workbook:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError as error:
        raise UserError("工作簿有密码，请取消密码后另存") from error
    except (CalamineError, OSError, ValueError) as error:
        if b"E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d" in data:
            raise UserError("工作簿有密码，请取消密码后另存") from error
        raise UserError("Excel 文件打不开，可能已损坏，请在 Excel 中打开后另存为 .xlsx") from error
    marks = read_marks(data)
    sheets = []
    for metadata in book.sheets_metadata:
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        try:
            table = book.get_sheet_by_name(metadata.name)
            values = table.to_python(skip_empty_area=False)
        except (CalamineError, OSError, ValueError) as error:
            raise UserError(f"工作表“{metadata.name}”读不出来，文件可能已损坏，请另存为新的 .xlsx") from error
        sheet_marks = marks.get(metadata.name, SheetMarks())
        sheets.append(
            Sheet(
                metadata.name,
                rows=_texts(values, sheet_marks),
                merged=[
                    (top, left, bottom, right)
                    for (top, left), (bottom, right) in table.merged_cell_ranges or []
                ],
                marks=sheet_marks,
                is_hidden=metadata.visible != SheetVisibleEnum.Visible,
            )
        )
    return Workbook(sheets, "Excel")


def _texts(values: list[list[object]], marks: SheetMarks) -> list[list[str]]:
    rows = [[_text(value) for value in row] for row in values]
    for (row, column), text in marks.faults.items():
        while row >= len(rows):
            rows.append([])
        rows[row].extend([""] * (column + 1 - len(rows[row])))
        rows[row][column] = text
    return rows


def _text(value: object) -> str:
    if isinstance(value, float) and 1990 < value < 2100 and value != int(value):
        return cell_text(value) + NUMERIC_MARK
    if isinstance(value, dt.datetime) and (value.hour or value.minute or value.second):
        return value.isoformat(sep=" ")
    return cell_text(value)


def _read_parquet(data: bytes) -> Workbook:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "part.parquet"
        path.write_bytes(data)
        try:
            with duckdb.connect() as connection:
                relation = connection.read_parquet(str(path))
                header = list(relation.columns)
                rows = [[cell_text(value) for value in row] for row in relation.fetchall()]
        except duckdb.Error as error:
            raise UserError("Parquet 文件打不开，可能已损坏，请重新导出") from error
    return Workbook([Sheet(None, rows=[header, *rows])], "Parquet")
