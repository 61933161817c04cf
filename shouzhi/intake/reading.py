"""Read sources of a feed that is read: sheet by sheet, as lists (many sources' at once) or as the statutory table."""

from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa

from shouzhi.errors import UserError
from shouzhi.intake.cells import parse_amount
from shouzhi.intake.discovery import Source
from shouzhi.intake.list_header import ListHeader, find_list_header
from shouzhi.intake.parsed import QUARANTINE_SCHEMA, ROW_SCHEMA, Note, ParsedPart
from shouzhi.intake.sheets import Sheet, read_workbook
from shouzhi.intake.statement_list import ListRows, open_list, read_lists
from shouzhi.intake.statement_table import has_table, read_table
from shouzhi.intake.table_layout import explain

NOTHING_READ = "文件里没有一行数据，请核对是否导出完整"


@dataclass
class ParsedFile:
    """All sheets of one file. ``rejected_reason`` is set where nothing of it can be used."""

    encoding: str = ""
    rows: pa.Table = field(default_factory=lambda: ROW_SCHEMA.empty_table())
    quarantine: pa.Table = field(default_factory=lambda: QUARANTINE_SCHEMA.empty_table())
    notes: list[Note] = field(default_factory=list)
    received_count: int = 0
    received_yuan: Decimal = Decimal("0.00")
    non_data_count: int = 0
    sub_cent_residual_yuan: Decimal = Decimal(0)
    rejected_reason: str | None = None


@dataclass
class OpenedFile:
    """A file whose tables are read and whose lists wait to be classified together with other files'."""

    parsed: ParsedFile
    parts: list[ParsedPart | ListRows] = field(default_factory=list)

    @property
    def waiting(self) -> list[ListRows]:
        return [each for each in self.parts if isinstance(each, ListRows)]

    @property
    def waiting_count(self) -> int:
        return sum(each.rows.num_rows for each in self.waiting)


def read_source(source: Source) -> ParsedFile:
    """Read one ``fund_statement`` source by itself."""
    opened = open_source(source)
    finish([opened])
    return opened.parsed


def open_source(source: Source) -> OpenedFile:
    """Open a ``fund_statement`` source; user mistakes come back as the reason of a rejection."""
    try:
        if source.fault:
            raise UserError(source.fault)
        workbook = read_workbook(source.load(), source.suffix)
    except UserError as error:
        return OpenedFile(ParsedFile(rejected_reason=error.sentence))
    parts = [_read_sheet(sheet, source, workbook.encoding) for sheet in workbook.sheets]
    return OpenedFile(ParsedFile(encoding=workbook.encoding), parts)


def finish(files: list[OpenedFile]) -> None:
    """Classify what waits in ``files``, and fill in what came of each."""
    read = iter(read_lists([each for opened in files for each in opened.waiting]))
    for opened in files:
        if opened.parsed.rejected_reason is None:
            parts = [
                _judged(next(read), each) if isinstance(each, ListRows) else each for each in opened.parts
            ]
            _merge(opened.parsed, parts)
        opened.parts = []


def _merge(parsed: ParsedFile, parts: list[ParsedPart]) -> None:
    for part in parts:
        parsed.notes.extend(part.notes)
        parsed.received_count += part.received_count
        parsed.received_yuan += part.received_yuan
        parsed.non_data_count += part.non_data_count
        parsed.sub_cent_residual_yuan += part.sub_cent_residual_yuan
    if parts:
        rows = pa.concat_tables([part.rows for part in parts])
        # each sheet's own records are numbered from 1
        numbers = pa.array(range(1, rows.num_rows + 1), pa.int32())
        parsed.rows = rows.set_column(rows.schema.get_field_index("record_no"), "record_no", numbers)
        parsed.quarantine = pa.concat_tables([part.quarantine for part in parts])
    if parsed.received_count == 0:
        reasons = list(dict.fromkeys(part.rejected_reason for part in parts if part.rejected_reason))
        parsed.rejected_reason = "；".join(reasons[:3]) if reasons else NOTHING_READ
        parsed.notes = [note for note in parsed.notes if note.severity_code != "info"]


def _read_sheet(sheet: Sheet, source: Source, encoding: str) -> ParsedPart | ListRows:
    assert source.feed is not None
    if sheet.is_hidden:
        text = "隐藏的工作表没有读取；需要读取的请在 Excel 中取消隐藏"
        return ParsedPart(notes=[Note("warning", "hidden_sheet", text, sheet.name)])
    header = find_list_header(sheet.head(), source.feed)
    if header is not None:
        return _read_as_list(sheet, header, source)
    if has_table(sheet):
        return read_table(sheet, source.stem)
    return _not_recognised(sheet, encoding)


def _read_as_list(sheet: Sheet, header: ListHeader, source: Source) -> ParsedPart | ListRows:
    assert source.feed is not None
    missing = header.missing()
    if not missing:
        return open_list(sheet, header, source.feed)
    labels = [f"{each}（{_label(source, each)}）" for each in missing]
    reason = f"第 {header.row_number} 行的表头缺少列 {'、'.join(labels)}，请补上后重新导出"
    note = Note("problem", "column_missing", reason, sheet.name)
    return ParsedPart(rejected_reason=_placed(reason, sheet.name), notes=[note])


def _judged(part: ParsedPart, given: ListRows) -> ParsedPart:
    """A list as it was read, or why nothing of it can be used."""
    reason = _measure_missing(part, given.header)
    if reason is None:
        return part
    note = Note("problem", "column_missing", reason, given.sheet_name, given.header.row_number)
    return ParsedPart(rejected_reason=_placed(reason, given.sheet_name), notes=[note])


def _measure_missing(part: ParsedPart, header: ListHeader) -> str | None:
    """Where no row says whether it is of the period or to date, the sheet lacks the column 计量口径."""
    reasons = part.quarantine["reason_code"].to_pylist()
    if part.rows.num_rows or not reasons or set(reasons) != {"measure_missing"}:
        return None
    is_there = "measure" in header.columns
    ask = (
        f"请在列“{header.cells[header.columns['measure']].strip()}”中"
        if is_there
        else "请加一列“计量口径”（measure），"
    )
    lack = "计量口径（measure）全部为空" if is_there else "缺少列“计量口径”（measure）"
    return f"{lack}：{len(reasons)} 行全是月、季或半年数据，看不出是当期还是累计；{ask}填“期间”或“累计”后重新导出"


def _label(source: Source, name: str) -> str:
    assert source.feed is not None
    return " 或 ".join(source.feed.column(each).label for each in name.split(" 或 "))


def _placed(reason: str, sheet_name: str | None) -> str:
    return f"工作表“{sheet_name}”：{reason}" if sheet_name else reason


def _not_recognised(sheet: Sheet, encoding: str) -> ParsedPart:
    rows = list(sheet.numbered_rows()) if sheet.rows is not None else sheet.head()
    filled = [(number, row) for number, row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return ParsedPart(
            notes=[Note("info", "empty_sheet", "空的工作表，未读取", sheet.name)] if sheet.name else []
        )
    number, first = filled[0]
    seen = "、".join(cell.strip()[:20] for cell in first if cell.strip())[:60]
    has_numbers = any(parse_amount(cell).status == "ok" for _, row in filled for cell in row)
    if sheet.name and not has_numbers:
        return ParsedPart(
            notes=[Note("info", "text_sheet", "只有文字的工作表（如封面、说明），未读取", sheet.name)]
        )
    guess = "（按 GB18030 编码读出，若是乱码请另存为 UTF-8 编码）" if encoding == "GB18030" else ""
    tried = explain(sheet, [row for _, row in rows])
    told = f"第 {rows[tried[0]][0]} 行试作表头不成：{tried[1]}" if tried else f"读到的是“{seen}”"
    reason = (
        f"第 {number} 行起找不到能识别的表头{guess}，{told}；"
        "列表要有 期间、统筹区、基金、报表类型、科目、金额 各列，法定报表要有“项目”一栏和金额栏"
    )
    note = Note("problem", "header_unknown", reason, sheet.name)
    return ParsedPart(rejected_reason=_placed(reason, sheet.name), notes=[note])
