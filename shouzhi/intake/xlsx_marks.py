"""What the workbook reader does not tell: error cells, formulas without a stored value, and cell indents."""

import io
import re
import zipfile
from dataclasses import dataclass, field
from xml.etree import ElementTree

_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_ATTRIBUTE = re.compile(rb'\b([rst])="([^"]*)"')
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
NO_VALUE_MARK = "#公式未计算"


@dataclass
class SheetMarks:
    """Texts of cells that carry no usable value, and indents, by zero-based (row, column)."""

    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    indents: dict[tuple[int, int], int] = field(default_factory=dict)


def read_marks(data: bytes) -> dict[str, SheetMarks]:
    """Return the marks by sheet name; nothing for workbooks that are not xlsx."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            indents = _style_indents(archive)
            return {name: _sheet_marks(archive.read(part), indents) for name, part in _sheet_parts(archive)}
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, ValueError):
        return {}


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    relations = {
        each.get("Id"): each.get("Target", "")
        for each in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    parts = []
    for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        target = relations.get(element.get(_RELATION_ID, "")) if _local(element.tag) == "sheet" else None
        if target and "worksheets" in target:
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            parts.append((element.get("name", ""), path))
    return parts


def _style_indents(archive: zipfile.ZipFile) -> list[int]:
    if "xl/styles.xml" not in archive.namelist():
        return []
    for element in ElementTree.fromstring(archive.read("xl/styles.xml")):
        if _local(element.tag) == "cellXfs":
            return [
                max(
                    (int(child.get("indent", "0")) for child in style if _local(child.tag) == "alignment"),
                    default=0,
                )
                for style in element
            ]
    return []


def _sheet_marks(xml: bytes, indents: list[int]) -> SheetMarks:
    marks = SheetMarks()
    if not any(indents) and b't="e"' not in xml and b"<f" not in xml:
        return marks
    for cell in _CELL.finditer(xml):
        attributes = dict(_ATTRIBUTE.findall(cell.group(1)))
        reference, body = attributes.get(b"r", b"").decode(), cell.group(2) or b""
        position = _position(reference)
        if position is None:
            continue
        style = int(attributes.get(b"s", b"0"))
        if style < len(indents) and indents[style]:
            marks.indents[position] = indents[style]
        value = re.search(rb"<v>(.*?)</v>", body, re.DOTALL)
        if attributes.get(b"t") == b"e":
            marks.faults[position] = value.group(1).decode() if value else "#N/A!"
        elif b"<f" in body and (value is None or not value.group(1)) and b"<is>" not in body:
            is_text_formula = attributes.get(b"t") == b"str"
            if not is_text_formula:
                marks.faults[position] = NO_VALUE_MARK
    return marks


def _position(reference: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"([A-Z]+)(\d+)", reference)
    if not found:
        return None
    column = 0
    for letter in found.group(1):
        column = column * 26 + ord(letter) - 64
    return int(found.group(2)) - 1, column - 1
