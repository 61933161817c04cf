"""Bytes to text: UTF-8 and UTF-16 with or without marks, GBK and GB18030; and the delimiter of a text table."""

import codecs
import csv

from shouzhi.errors import UserError

UNKNOWN_ENCODING = (
    "文字编码无法识别，请另存为 UTF-8 或 GB18030（ANSI）编码的 CSV 文件；文件也可能传输不完整，请重新导出"
)
DELIMITERS = [",", "\t", ";", "|", "，"]
SAMPLE_LINES = 60


def decode(data: bytes) -> tuple[str, str]:
    """Return text and encoding name; raises ``UserError`` where no encoding fits.

    UTF-8 is tried strictly first: Chinese UTF-8 often decodes as GB18030 without an error. A guess that
    decodes is still checked by the reader, which asks for a header that makes sense.
    """
    if not data.strip(b"\x00\r\n\t "):
        raise UserError("文件是空的，没有任何内容，请重新导出")
    for mark, encoding, label in (
        (codecs.BOM_UTF8, "utf-8-sig", "UTF-8（带 BOM）"),
        (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
        (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
        (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
    ):
        if data.startswith(mark):
            return _strict(data, encoding, label), label
    if b"\x00" in data[:4000]:
        return _utf16_without_mark(data)
    for encoding, label in (("utf-8", "UTF-8"), ("gb18030", "GB18030")):
        try:
            return data.decode(encoding), label
        except UnicodeDecodeError:
            continue
    raise UserError(UNKNOWN_ENCODING)


def _strict(data: bytes, encoding: str, label: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UserError(f"文件带 {label} 标记，但内容不是这种编码，可能不完整，请重新导出") from error


def _utf16_without_mark(data: bytes) -> tuple[str, str]:
    head = data[:4000]
    encoding = "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"
    text = _strict(data, encoding, "UTF-16")
    if "\x00" in text[:2000]:
        raise UserError("文件不是文本，请导出为 CSV 或 Excel 文件")
    return text, "UTF-16"


def sniff_delimiter(text: str) -> str:
    """Return the delimiter under which most of the first lines have the same, largest number of cells."""
    lines = [line for line in text[:200_000].splitlines()[:SAMPLE_LINES] if line.strip()]

    def score(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        wide = [width for width in widths if width > 1]
        if not wide:
            return (0, 0)
        common = max(set(wide), key=lambda width: (wide.count(width), width))
        return (wide.count(common), common)

    return max(DELIMITERS, key=score)
