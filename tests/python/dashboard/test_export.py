"""Downloads: provenance inside, nothing that a spreadsheet would run."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from dashboards.components.export import csv_bytes, safe_text, xlsx_bytes

TABLE = pd.DataFrame(
    {
        "统筹区": ["赤峰市", "=cmd|' /C calc'!A0", "@SUM(A1)"],
        "期末结余（万元）": ["1,234.57", "−12.50 ", "? 未报送"],
        "标记": ["", "待核", ""],
    }
)
FACTS = {"表名": "各统筹区", "统计期": "2026年9月", "数据版本": "abc123", "待核": "无"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-x", "'-x"),
        ("@a", "'@a"),
        ("-12.50", "-12.50"),
        ("+3.5%", "+3.5%"),
        ("-28.5%", "-28.5%"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
        ("赤峰", "赤峰"),
    ],
)
def test_formulas_are_defused(text: str, expected: str) -> None:
    assert safe_text(text) == expected


def test_csv() -> None:
    content = csv_bytes(TABLE, FACTS)
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").split("\r\n")
    assert "# 数据版本：abc123" in lines[2]
    assert lines[4] == "统筹区,期末结余（万元）,标记"
    assert "'=cmd" in lines[6]
    assert lines[6].split(",")[1].strip() == "-12.50"


def test_figures_are_plain_numbers() -> None:
    table = pd.DataFrame(
        {
            "期末结余（万元）": ["386,285,200.00", "−1,234.57"],
            "收入同比": ["+3.5%", "−28.5%"],
            "人数": ["1,204", "7"],
            "代码": ["310000,310100", "001"],
        }
    )
    lines = csv_bytes(table, {}).decode("utf-8-sig").splitlines()
    assert lines[1:] == ['386285200.00,3.5%,1204,"310000,310100"', "-1234.57,-28.5%,7,001"]
    openpyxl = pytest.importorskip("openpyxl")
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(table, {}, "数")))["数据"]
    assert [cell.value for cell in sheet[3]] == [386285200, 0.035, "1204", "310000,310100"]
    assert [cell.value for cell in sheet[4]] == [-1234.57, -0.285, "7", "001"]


def test_xlsx() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(TABLE, FACTS, "各统筹区")))
    assert book.sheetnames == ["数据", "说明"]
    sheet = book["数据"]
    assert sheet["B3"].value == 1234.57
    assert sheet["B5"].value == "? 未报送"
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert sheet["A4"].value.startswith("'=")
    notes = {row[0].value: row[1].value for row in book["说明"].iter_rows()}
    assert notes["数据版本"] == "abc123"
    assert notes["统计期"] == "2026年9月"
