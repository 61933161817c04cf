"""Read one source of a feed that is read: sheet by sheet, as a list or as the statutory table."""

from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa

from shouzhi.errors import UserError
from shouzhi.intake.discovery import Source
from shouzhi.intake.parsed import QUARANTINE_SCHEMA, ROW_SCHEMA, Note, ParsedPart
from shouzhi.intake.sheets import Sheet, read_workbook
from shouzhi.intake.statement_list import find_list_header, read_list


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


def read_source(source: Source) -> ParsedFile:
    """Read a ``fund_statement`` source; user mistakes come back as the reason of a rejection."""
    try:
        if source.fault:
            raise UserError(source.fault)
        workbook = read_workbook(source.load(), source.suffix)
    except UserError as error:
        return ParsedFile(rejected_reason=error.sentence)
    parsed = ParsedFile(encoding=workbook.encoding)
    parts = []
    for sheet in workbook.sheets:
        part = _read_sheet(sheet, source, first_record_no=1 + sum(each.rows.num_rows for each in parts))
        parts.append(part)
    _merge(parsed, parts)
    return parsed


def _merge(parsed: ParsedFile, parts: list[ParsedPart]) -> None:
    for part in parts:
        parsed.notes.extend(part.notes)
        parsed.received_count += part.received_count
        parsed.received_yuan += part.received_yuan
        parsed.non_data_count += part.non_data_count
        parsed.sub_cent_residual_yuan += part.sub_cent_residual_yuan
    if parts:
        parsed.rows = pa.concat_tables([part.rows for part in parts])
        parsed.quarantine = pa.concat_tables([part.quarantine for part in parts])
    if parsed.received_count == 0:
        reasons = [part.rejected_reason for part in parts if part.rejected_reason]
        parsed.rejected_reason = reasons[0] if reasons else "文件里没有一行数据，请核对是否导出完整"


def _read_sheet(sheet: Sheet, source: Source, first_record_no: int) -> ParsedPart:
    head = sheet.head()
    assert source.feed is not None
    header = find_list_header(head, source.feed)
    if header is None:
        return ParsedPart(rejected_reason="没有找到能识别的表头")
    missing = header.missing()
    if missing:
        reason = f"第 {header.row_number} 行的表头缺少列 {'、'.join(missing)}，请补上后重新导出"
        return ParsedPart(rejected_reason=reason)
    return read_list(sheet, header, source.feed, first_record_no)
