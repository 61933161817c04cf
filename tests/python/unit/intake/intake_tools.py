"""Small builders for intake tests: files in a folder, a workbook of rows, the lake as Python rows."""

from pathlib import Path

import duckdb
import xlsxwriter

from shouzhi.intake import register, take_in

HEADER = "period,admdvs,fund_code,statement,account_name,amount,unit,measure"
GOOD_LINE = "2024,150100,310100,决算,利息收入,100.00,元,"
TITLE = "二○二四年城乡居民基本医疗保险基金收支预算表"


def write(folder: Path, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def list_text(*lines: str, header: str = HEADER) -> str:
    return "\n".join([header, *lines]) + "\n"


def workbook(
    path: Path, sheets: dict[str, list[list[object]]], merges: dict[str, list[tuple]] | None = None
) -> Path:
    """Write rows to sheets; ``merges`` are (first row, first column, last row, last column, text)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if value not in (None, ""):
                    sheet.write(row, column, value)
        for merge in (merges or {}).get(name, []):
            sheet.merge_range(*merge)
    book.close()
    return path


def two_sided(
    title: str = TITLE, office: str = "编报单位：某县A医疗保障局", unit: str = "单位：万元"
) -> list[list[object]]:
    return [
        [title],
        [office, "", "", "", "", unit],
        ["项        目", "2023年执行数", "2024年预算数", "项        目", "2023年执行数", "2024年预算数"],
        ["一、基本医疗保险费收入", 27362, 28219, "一、基本医疗保险待遇支出", 70764, 70965],
        ["    其中：集体扶持", "×", "×", "    其中：住院支出", 50000, 50001],
        ["          城乡医疗救助资助", 100, "", "          门诊支出", 20764, 20964],
        ["二、财政补贴收入", 50441, 49755, "二、大病保险支出", 7270, 6907],
        ["小　　计", 77803, 77974, "小计", 78034, 77872],
        ["本年收入合计", 77803, 77974, "本年支出合计", 78034, 77872],
        ["", "", "", "本年收支结余", -231, 102],
        ["上年结余", 35226, 34995, "年末滚存结余", 34995, 35097],
        ["总    计", 113029, 112969, "总    计", 113029, 112969],
        ["单位负责人：", "", "填表人：", "", "填报日期：2024年2月5日"],
    ]


def lake_rows(
    lake: Path, relation: str = "fund_statement", order: str = "delivery_no, file_name, record_no"
) -> list[dict]:
    with duckdb.connect() as connection:
        register(connection, lake)
        if relation != "fund_statement":
            order = "delivery_no, file_name"
        return (
            connection.execute(f"select * from lake.{relation} order by {order}").to_arrow_table().to_pylist()
        )


def taken(extracts: Path, lake: Path) -> list[dict]:
    take_in(extracts, lake)
    return lake_rows(lake)
