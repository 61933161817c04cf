"""Any file of a feed as UTF-8 text tables on disk: transcoded in a stream, workbooks sheet by sheet.

A UTF-8 file on disk is read where it lies. Everything else (GB18030, UTF-16, members of archives, workbooks, Parquet)
becomes a temporary text under the working folder, which is removed after the delivery.
"""

import codecs
import csv
import datetime as dt
import hashlib
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import duckdb
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from shouzhi.errors import UserError
from shouzhi.intake.cells import float_text
from shouzhi.intake.contract import Feed
from shouzhi.intake.discovery import EMPTY_FILE, OTHER_FORMAT, OTHER_SUFFIXES, Source
from shouzhi.intake.encodings import UNKNOWN_ENCODING, sniff_delimiter
from shouzhi.intake.feeds.layout import Layout, find_layout
from shouzhi.intake.parsed import Note

CHUNK_BYTES = 4 << 20
HEAD_BYTES = 256 << 10
HEAD_ROWS = 60
SURE_BYTES = 8 << 20
EXACT_DIGITS = 15


@dataclass(frozen=True)
class TextTable:
    """One table, ready to be read. ``line_count`` counts the physical lines of the text.

    A large text is read piece by piece: a piece's first line is line ``first_line`` of the whole.
    """

    path: Path
    layout: Layout
    encoding: str
    byte_count: int
    line_count: int
    sheet_no: int = 0
    sheet_name: str | None = None
    first_line: int = 1


@dataclass
class Prepared:
    """The tables of one file, or why there are none."""

    tables: list[TextTable]
    notes: list[Note]
    encoding: str = ""
    rejected_reason: str | None = None


@dataclass
class Scan:
    """What one pass over the bytes of a file says."""

    digest: str
    head: bytes
    byte_count: int
    encoding: str
    line_count: int
    quote_count: int
    has_wide_blanks: bool = False


def scan(stream: BinaryIO) -> Scan:
    """Hash a file and tell its encoding from its first eight megabytes that are not plain ASCII."""
    digest, head, size, lines, quotes = hashlib.sha256(), b"", 0, 0, 0
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    is_utf8, checked, last, has_wide_blanks = True, 0, b"\n", False
    while chunk := stream.read(CHUNK_BYTES):
        if len(head) < HEAD_BYTES:
            head += chunk[: HEAD_BYTES - len(head)]
        digest.update(chunk)
        size += len(chunk)
        lines += chunk.count(b"\n")
        quotes += chunk.count(b'"')
        is_ascii = chunk.isascii()
        if not is_ascii and not has_wide_blanks:
            has_wide_blanks = _has_wide_blanks(last + chunk[:2]) or _has_wide_blanks(chunk)
        last = chunk[-2:]
        if is_utf8 and checked < SURE_BYTES and (checked or not is_ascii):
            checked += len(chunk)
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = _is_mostly_utf8(chunk)
                checked = SURE_BYTES
    lines += last[-1:] != b"\n"
    encoding = _encoding(head, is_utf8)
    return Scan(digest.hexdigest(), head, size, encoding, lines, quotes, has_wide_blanks)


def _has_wide_blanks(data: bytes) -> bool:
    """True where UTF-8 text holds an ideographic or a no-break space."""
    return b"\xe3\x80\x80" in data or b"\xc2\xa0" in data


def _is_mostly_utf8(chunk: bytes) -> bool:
    """A few stray bytes do not make a file GB18030: then nearly every character beyond ASCII is wrong."""
    text = chunk[: 1 << 20].decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    beyond = sum(1 for each in text if each > "\x7f")
    return wrong * 20 < beyond


def _encoding(head: bytes, is_utf8: bool) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return encoding
    if b"\x00" in head[:4000]:
        is_little = head[1:4000:2].count(0) >= head[0:4000:2].count(0)
        return "utf-16-le" if is_little else "utf-16-be"
    return "utf-8" if is_utf8 else "gb18030"


LABELS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8（带 BOM）",
    "gb18030": "GB18030",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
}


def prepare(source: Source, scanned: Scan, feed: Feed, folder: Path) -> Prepared:
    """Make the text tables of one source in ``folder``; a user's mistake comes back as the reason of a rejection."""
    try:
        if source.fault:
            raise UserError(source.fault)
        if not scanned.byte_count:
            raise UserError(EMPTY_FILE)
        if source.suffix in OTHER_SUFFIXES or scanned.head[:5] == b"%PDF-":
            raise UserError(OTHER_FORMAT)
        head = scanned.head
        if head[:4] == b"PAR1":
            return _from_parquet(source, feed, folder)
        if head[:4] == b"PK\x03\x04" or head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            return _from_workbook(source, feed, folder)
        if source.suffix in {".xlsx", ".xlsm", ".xlsb", ".parquet"}:
            kind = "Parquet" if source.suffix == ".parquet" else "Excel"
            raise UserError(f"不是有效的 {kind} 文件，可能已损坏或改过扩展名，请重新导出")
        if head[:2000].lstrip().lower().startswith((b"<html", b"<!doctype html", b"<table", b"<?xml")):
            raise UserError("文件其实是网页或 XML，不是表格，请在 Excel 中打开后另存为 .xlsx")
        return _from_text(source, scanned, feed, folder)
    except UserError as error:
        return Prepared([], [], rejected_reason=error.sentence)


def _from_text(source: Source, scanned: Scan, feed: Feed, folder: Path) -> Prepared:
    if not scanned.head.strip(b"\x00\r\n\t "):
        raise UserError("文件是空的，没有任何内容，请重新导出")
    encoding = scanned.encoding
    path, head = source.path, scanned.head
    if path is None or encoding not in {"utf-8", "utf-8-sig"}:
        path = folder / "text.csv"
        scanned = _transcode(source, encoding, path, scanned)
        head = scanned.head
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(head).removeprefix("\ufeff")
    label = LABELS[encoding]
    table = _described(path, text, feed, scanned, label)
    return Prepared([table], _notes(table, feed), label)


def _transcode(source: Source, encoding: str, path: Path, scanned: Scan) -> Scan:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    lines = quotes = 0
    head, last, has_wide_blanks = b"", b"\n", False
    try:
        with source.open() as stream, path.open("wb") as target:
            while True:
                chunk = stream.read(CHUNK_BYTES)
                piece = decoder.decode(chunk, final=not chunk).encode()
                target.write(piece)
                lines += piece.count(b"\n")
                quotes += piece.count(b'"')
                last = piece[-1:] or last
                has_wide_blanks = has_wide_blanks or (not piece.isascii() and _has_wide_blanks(piece))
                head += piece[: max(0, HEAD_BYTES - len(head))]
                if not chunk:
                    break
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        raise UserError(UNKNOWN_ENCODING) from error
    lines += last != b"\n"
    size = path.stat().st_size
    return Scan(scanned.digest, head, size, scanned.encoding, lines, quotes, has_wide_blanks)


def _described(
    path: Path,
    head: str,
    feed: Feed,
    scanned: Scan,
    label: str,
    *,
    delimiter: str | None = None,
    sheet: tuple[int, str | None] = (0, None),
) -> TextTable:
    delimiter = delimiter or sniff_delimiter(head)
    has_quotes = scanned.quote_count % 2 == 0
    head_rows = list(_head_rows(head, delimiter, has_quotes))
    layout = find_layout(
        head_rows, feed, delimiter, has_quotes=has_quotes, has_wide_blanks=scanned.has_wide_blanks
    )
    if layout is None:
        # what was read instead is not shown: it may be a person's row
        width = max((len(cells) for _, _, cells in head_rows), default=0)
        raise UserError(
            f"前 {HEAD_ROWS} 行（最宽 {width} 列）里找不到表头，请保留列名一行，如 {'、'.join(column.name for column in feed.columns[:3])}"
        )
    missing = layout.missing(feed)
    if missing:
        labels = "、".join(f"{name}（{feed.column(name).label}）" for name in missing)
        raise UserError(f"第 {layout.skip} 行的表头缺少列 {labels}，请补上后重新导出")
    return TextTable(path, layout, label, scanned.byte_count, scanned.line_count, *sheet)


def _head_rows(head: str, delimiter: str, has_quotes: bool) -> Iterator[tuple[int, int, list[str]]]:
    quoting = csv.QUOTE_MINIMAL if has_quotes else csv.QUOTE_NONE
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, quoting=quoting)
    first = 1
    try:
        for _, row in zip(range(HEAD_ROWS), reader, strict=False):
            yield first, reader.line_num, row
            first = reader.line_num + 1
    except csv.Error:
        return


def pieces(table: TextTable, folder: Path, piece_bytes: int) -> Iterator[TextTable]:
    """Cut a text into pieces of whole rows, so that what is held in memory does not grow with the file.

    A line end between quotes is no row's end: a piece ends where the quotes so far are even; one without any such end is
    as long as it has to be. Whoever reads a piece removes it.
    """
    first, number, rest = 1, 0, b""
    with table.path.open("rb") as source:
        while True:
            path = folder / f"piece{number}.csv"
            with path.open("wb") as target:
                size, lines, rest = _cut(source, target, rest, table.layout.has_quotes, piece_bytes)
            if not size:
                path.unlink()
                return
            layout = table.layout if number == 0 else replace(table.layout, skip=0)
            yield replace(
                table, path=path, layout=layout, byte_count=size, line_count=lines, first_line=first
            )
            first, number = first + lines, number + 1


def _cut(
    source: BinaryIO, target: BinaryIO, rest: bytes, has_quotes: bool, piece_bytes: int
) -> tuple[int, int, bytes]:
    """Copy whole rows of about ``piece_bytes``, ``rest`` first: bytes and lines written, and the beginning of the next."""
    size = lines = quotes = 0
    text, last = rest, b"\n"
    while True:
        if size + len(text) >= piece_bytes:
            end = _row_end(text, quotes if has_quotes else None)
            if end:
                target.write(text[:end])
                return size + end, lines + text.count(b"\n", 0, end), text[end:]
        target.write(text)
        size, lines, quotes = size + len(text), lines + text.count(b"\n"), quotes + text.count(b'"')
        last = text[-1:] or last
        text = source.read(CHUNK_BYTES)
        if not text:
            return size, lines + (last != b"\n"), b""


def _row_end(text: bytes, quotes_before: int | None) -> int:
    """Where the last row of ``text`` ends, 0 where none does; without ``quotes_before`` every line is a row."""
    end = text.rfind(b"\n") + 1
    if quotes_before is None:
        return end
    quotes = quotes_before + text.count(b'"', 0, end)
    while end and quotes % 2:
        shorter = text.rfind(b"\n", 0, end - 1) + 1
        quotes -= text.count(b'"', shorter, end)
        end = shorter
    return end


def _notes(table: TextTable, feed: Feed) -> list[Note]:
    unknown = table.layout.unknown(feed)
    if not unknown:
        return []
    text = f"有 {len(unknown)} 列不在接口规范中，未读取：{'、'.join(unknown[:12])}{' 等' if len(unknown) > 12 else ''}"
    return [Note("info", "unknown_column", text, table.sheet_name, table.layout.skip)]


def _from_parquet(source: Source, feed: Feed, folder: Path) -> Prepared:
    origin = source.path or _copied(source, folder / "part.parquet")
    path = folder / "text.csv"
    try:
        with duckdb.connect() as connection:
            connection.execute("set threads = 2; set enable_progress_bar = false")
            connection.execute("set memory_limit = '600MB'")
            quoted = str(origin).replace("'", "''")
            connection.execute(
                f"copy (select columns(*)::varchar from read_parquet('{quoted}'))"
                f" to '{path!s}' (format csv, header true, delimiter ',')"
            )
    except duckdb.Error as error:
        raise UserError("Parquet 文件打不开，可能已损坏，请重新导出") from error
    with path.open("rb") as stream:
        scanned = scan(stream)
    table = _described(path, scanned.head.decode(errors="replace"), feed, scanned, "Parquet", delimiter=",")
    return Prepared([table], _notes(table, feed), "Parquet")


def _copied(source: Source, path: Path) -> Path:
    with source.open() as stream, path.open("wb") as target:
        shutil.copyfileobj(stream, target, CHUNK_BYTES)
    return path


def _from_workbook(source: Source, feed: Feed, folder: Path) -> Prepared:
    origin = source.path or _copied(source, folder / f"book{source.suffix}")
    try:
        book = CalamineWorkbook.from_path(str(origin))
        metadata = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    except PasswordError as error:
        raise UserError("工作簿有密码，请取消密码后另存") from error
    except (CalamineError, OSError, ValueError) as error:
        raise UserError("Excel 文件打不开，可能已损坏或有密码，请在 Excel 中打开后另存为 .xlsx") from error
    prepared = Prepared([], [], "Excel")
    reasons = []
    for number, each in enumerate(metadata):
        if each.visible != SheetVisibleEnum.Visible:
            text = "隐藏的工作表没有读取；需要读取的请在 Excel 中取消隐藏"
            prepared.notes.append(Note("warning", "hidden_sheet", text, each.name))
            continue
        try:
            table = _from_sheet(book, each.name, number, feed, folder)
        except UserError as error:
            reasons.append(f"工作表“{each.name}”：{error.sentence}")
            continue
        if table is not None:
            prepared.tables.append(table)
            prepared.notes.extend(_notes(table, feed))
    if not prepared.tables:
        raise UserError("；".join(reasons[:3]) or "工作簿里没有一行数据，请核对是否导出完整")
    prepared.notes.extend(Note("problem", "sheet_rejected", reason) for reason in reasons)
    return prepared


def _from_sheet(book: CalamineWorkbook, name: str, number: int, feed: Feed, folder: Path) -> TextTable | None:
    path = folder / f"sheet{number}.csv"
    count = 0
    try:
        sheet = book.get_sheet_by_name(name)
        with path.open("w", encoding="utf-8", newline="") as target:
            # line ends inside cells would break the numbering: one sheet row is one line
            writer = csv.writer(target, lineterminator="\n")
            for _ in range(sheet.start[0] if sheet.start else 0):
                writer.writerow([""])
            for row in sheet.iter_rows():
                writer.writerow([_cell(value) for value in row] or [""])
                count += 1
    except (CalamineError, OSError, ValueError) as error:
        raise UserError("读不出来，文件可能已损坏，请另存为新的 .xlsx") from error
    if not count:
        return None
    with path.open("rb") as stream:
        scanned = scan(stream)
    head = scanned.head.decode(errors="replace")
    if not any(character.isdigit() for character in head):
        return None
    return _described(path, head, feed, scanned, "Excel", delimiter=",", sheet=(number, name))


def _cell(value: object) -> str:
    """A cell as text. A number beyond fifteen digits has lost some: it is written so that this is seen."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        return f"{value:.14E}" if abs(value) >= 10**EXACT_DIGITS else float_text(value)
    if isinstance(value, dt.datetime):
        is_date = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if is_date else value.isoformat(sep=" ", timespec="seconds")
    if value is None:
        return ""
    return str(value).replace("\r", " ").replace("\n", " ")
