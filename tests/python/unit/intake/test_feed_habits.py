"""What real extracts of the business feeds are like: forms of files, headers, rows that are no data, one cell at a time.

Written from the input contract: each case is a habit of its table and what the file then gets.
"""

import csv
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from habit_tools import (
    FEEDS,
    Row,
    clean_row,
    clean_rows,
    contract_part,
    deliver,
    expected,
    labels,
    loaded,
    native,
    parquet_bytes,
    put_workbook,
    relation,
    standing,
    text_table,
)

from shouzhi.intake import check_extracts, take_in
from shouzhi.intake.contract import load_feeds

Form = Callable[[str, list[Row]], dict[str, str | bytes]]


def text_form(suffix: str = ".csv", encoding: str = "utf-8", mark: bytes = b"", **how: Any) -> Form:
    def written(feed: str, rows: list[Row]) -> dict[str, str | bytes]:
        text = text_table(rows, header=labels(feed, rows[0]), **how)
        return {f"{feed}_2024{suffix}": mark + text.encode(encoding)}

    return written


def with_header(change: Callable[[str, str], str]) -> Form:
    def written(feed: str, rows: list[Row]) -> dict[str, str | bytes]:
        header = [change(feed, name) for name in rows[0]]
        return {f"{feed}_2024.csv": text_table(rows, header=header)}

    return written


def shuffled(feed: str, rows: list[Row]) -> dict[str, str | bytes]:
    names = list(rows[0])
    random.Random(7).shuffle(names)
    return {f"{feed}_2024.csv": text_table(rows, names)}


def more_columns(feed: str, rows: list[Row]) -> dict[str, str | bytes]:
    names = ["序号", *rows[0], "poolarea_no", "备注"]
    more = [
        {**row, "序号": str(n), "poolarea_no": "150100", "备注": "无"} for n, row in enumerate(rows, start=1)
    ]
    return {f"{feed}_2024.csv": text_table(more, names)}


def least_columns(feed: str, rows: list[Row]) -> dict[str, str | bytes]:
    names = [column.name for column in load_feeds()[feed].columns if column.privacy != "drop"]
    return {f"{feed}_2024.csv": text_table(rows, names)}


def title_above(feed: str, rows: list[Row]) -> dict[str, str | bytes]:
    title = f"呼和浩特市{load_feeds()[feed].label}\n制表日期：2024年3月1日\n\n"
    return {f"{feed}_2024.csv": title + text_table(rows, header=labels(feed, rows[0]))}


def excel_text(feed: str, rows: list[Row]) -> dict[str, str | bytes]:
    names = list(rows[0])
    return {
        f"{feed}_2024.xlsx": book({"明细": [labels(feed, names), *[[row[n] for n in names] for row in rows]]})
    }


def excel_native(feed: str, rows: list[Row]) -> dict[str, str | bytes]:
    names = list(rows[0])
    return {f"{feed}_2024.xlsx": book({"Sheet1": [names, *[native(feed, row, names) for row in rows]]})}


def excel_sheets(feed: str, rows: list[Row]) -> dict[str, str | bytes]:
    names = list(rows[0])
    half = len(rows) // 2
    sheets: dict[str, list[list[Any]]] = {
        "封面": [["导出说明"]],
        "一": [names, *[native(feed, row, names) for row in rows[:half]]],
        "二": [names[::-1], *[native(feed, row, names[::-1]) for row in rows[half:]]],
        "空": [],
    }
    return {f"{feed}_2024.xlsx": book(sheets)}


def book(sheets: dict[str, list[list[Any]]]) -> bytes:
    stream = io.BytesIO()
    put_workbook_into(stream, sheets)
    return stream.getvalue()


def put_workbook_into(stream: io.BytesIO, sheets: dict[str, list[list[Any]]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        stream.write(put_workbook(Path(folder) / "book.xlsx", sheets).read_bytes())


def parquet(*, typed: bool) -> Form:
    return lambda feed, rows: {f"{feed}_2024.parquet": parquet_bytes(load_feeds()[feed], rows, typed=typed)}


def zipped(feed: str, rows: list[Row]) -> dict[str, str | bytes]:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            f"XXXX/{feed}_2024.csv", text_table(rows, header=labels(feed, rows[0])).encode("gb18030")
        )
    return {f"{feed}的导出.zip": stream.getvalue().replace(b"XXXX", "明细".encode("gbk"))}


def zipped_twice(feed: str, rows: list[Row]) -> dict[str, str | bytes]:
    names = list(rows[0])
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{feed}_2024.xlsx", book({"一": [names, *[native(feed, r, names) for r in rows]]}))
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("里层.zip", inner.getvalue())
    return {f"{feed}.zip": outer.getvalue()}


def sub_folders(feed: str, rows: list[Row]) -> dict[str, str | bytes]:
    return {
        f"呼和浩特市/第{index}批/{feed}_20240{index}_v2终稿.csv": text_table([row])
        for index, row in enumerate(rows, start=1)
    }


FORMS: dict[str, Form] = {
    "utf-8": text_form(),
    "utf-8 with mark": text_form(mark=b"\xef\xbb\xbf"),
    "gb18030": text_form(encoding="gb18030"),
    "utf-16 little with mark": text_form(encoding="utf-16-le", mark=b"\xff\xfe", delimiter="\t", suffix=".txt"),
    "utf-16 big with mark": text_form(encoding="utf-16-be", mark=b"\xfe\xff"),
    "utf-16 without mark": text_form(encoding="utf-16-le"),
    "tabs and null": text_form(suffix=".txt", delimiter="\t", blank="null"),
    "capital null": text_form(blank="NULL", encoding="gb18030"),
    "semicolons": text_form(delimiter=";"),
    "bars": text_form(delimiter="|", suffix=".TXT"),
    "windows line ends": text_form(line_end="\r\n", encoding="gb18030"),
    "every cell quoted": text_form(quoting=csv.QUOTE_ALL),
    "capital headers": with_header(lambda _, name: name.upper()),
    "mixed-case headers": with_header(lambda _, name: f" {name.title()} "),
    "chinese and english headers": with_header(
        lambda feed, name: name if len(name) % 2 else load_feeds()[feed].column(name).label
    ),
    "columns in another order": shuffled,
    "columns nobody asked for": more_columns,
    "no identifying columns": least_columns,
    "title lines above": title_above,
    "excel, all text": excel_text,
    "excel, dates and numbers": excel_native,
    "excel, several sheets": excel_sheets,
    "parquet, all text": parquet(typed=False),
    "parquet, typed": parquet(typed=True),
    "zip with chinese names": zipped,
    "zip in a zip": zipped_twice,
    "sub-folders": sub_folders,
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_file_gives_the_same_rows(tmp_path, form):
    turn = list(FORMS).index(form)
    feeds = FEEDS if turn == 0 else ["setl_d", *(FEEDS[1 + (3 * turn + step) % 8] for step in range(3))]
    files: dict[str, str | bytes] = {}
    for feed in feeds:
        files |= FORMS[form](feed, clean_rows(feed))
    records = deliver(tmp_path / "in", tmp_path / "lake", files)
    assert {record["status_code"] for record in records} == {"loaded"}, [r["first_reason"] for r in records]
    for feed in feeds:
        rows = sorted(loaded(tmp_path / "lake", feed), key=str)
        wanted = sorted((expected(feed, row) for row in clean_rows(feed)), key=str)
        assert rows == wanted, feed
    assert relation(tmp_path / "lake", "quarantine_row") == []
    assert sum(record["received_count"] for record in records) == 4 * len(feeds)
    assert take_in(tmp_path / "in", tmp_path / "lake").delivery_no is None


def test_a_clean_extract_passes_the_check_and_nothing_is_loaded(tmp_path):
    for feed in FEEDS:
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / f"{feed}_2024.csv").write_text(text_table(clean_rows(feed)), encoding="utf-8")
    before = sorted(path.name for path in tmp_path.rglob("*"))
    report = check_extracts(tmp_path / "in")
    assert (report.status, report.exit_code) == ("clean", 0), report.render()
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("feed", FEEDS)
def test_a_missing_column_is_named_and_the_rest_loads(tmp_path, feed):
    contract = load_feeds()[feed]
    needed = [column.name for column in contract.columns if column.required == "yes"]
    gone = needed[-1]
    names = [name for name in clean_row(feed) if name != gone]
    other = "fixmedins_b" if feed == "psn_insu_d" else "psn_insu_d"
    files = {
        f"{feed}_2024.csv": text_table(clean_rows(feed), names),
        f"{other}_2024.csv": text_table(clean_rows(other)),
    }
    deliver(tmp_path / "in", tmp_path / "lake", files)
    text = check_extracts(tmp_path / "in").render()
    assert f"{feed}_2024.csv" in text and gone in text and contract.column(gone).label in text
    assert check_extracts(tmp_path / "in").exit_code == 1
    assert loaded(tmp_path / "lake", feed) == []
    assert len(loaded(tmp_path / "lake", other)) == 4


def test_optional_columns_that_lack_are_null_and_unknown_ones_are_told(tmp_path):
    names = [column.name for column in load_feeds()["setl_d"].columns if column.required == "yes"]
    rows = [{**row, "poolarea_no": "150100"} for row in clean_rows("setl_d")]
    files = {"setl_d_202401.csv": text_table(rows, [*names, "poolarea_no"])}
    deliver(tmp_path / "in", tmp_path / "lake", files)
    (first, *_) = loaded(tmp_path / "lake", "setl_d")
    wanted = expected("setl_d", rows[0])
    assert first == {name: wanted[name] if name in names else None for name in wanted}
    report = check_extracts(tmp_path / "in")
    assert report.exit_code == 0
    assert "poolarea_no" in report.render()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_rows_that_are_no_data_are_counted_apart(tmp_path, encoding):
    rows = clean_rows("setl_d")
    names = list(rows[0])
    total = {"setl_id": "合计", "fund_pay_sumamt": "999999.99", "medfee_sumamt": "1"}
    behind = {"setl_id": "", "mdtrt_id": "总　计：", "fund_pay_sumamt": "999999.99"}
    lines = text_table([rows[0], rows[1], {"setl_id": "本页小计", "fund_pay_sumamt": "5"}], names)
    lines += text_table([rows[2], rows[3], total, behind], names)
    lines += "," * (len(names) - 1) + "\n" + "\n" + "  ,\t" + "," * (len(names) - 2) + "\n" * 30
    records = deliver(
        tmp_path / "in", tmp_path / "lake", {"setl_d_202401.csv": ("结算明细\n" + lines).encode(encoding)}
    )
    assert [contract_part("setl_d", row) for row in standing(tmp_path / "lake", "setl_d")] == [
        expected("setl_d", row) for row in rows
    ]
    (record,) = records
    assert (record["received_count"], record["quarantined_count"]) == (4, 0)
    assert record["received_yuan"] == sum(expected("setl_d", row)["fund_pay_sumamt"] for row in rows)
    # a title, a header again, four totals and two lines of separators at least; how blank lines count is open
    assert record["non_data_count"] >= 6
    assert [row["row_number"] for row in standing(tmp_path / "lake", "setl_d")] == [3, 4, 7, 8]


def test_a_total_stands_where_the_serial_number_stood(tmp_path):
    rows = [{"序号": str(n), **row} for n, row in enumerate(clean_rows("fund_asset"), start=1)]
    total = {"序号": "合计", "fiscal_account": "123456.00"}
    records = deliver(tmp_path / "in", tmp_path / "lake", {"fund_asset_2024.csv": [*rows, total]})
    assert (records[0]["received_count"], records[0]["quarantined_count"]) == (4, 0)
    assert check_extracts(tmp_path / "in").exit_code == 0


def test_a_name_that_begins_like_a_total_is_data(tmp_path):
    names = ["合计堂大药房", "总计街卫生室", "小计算诊所", "共计划生育服务站"]
    rows = [clean_row("fixmedins_b", n, fixmedins_name=name) for n, name in enumerate(names, start=1)]
    deliver(tmp_path / "in", tmp_path / "lake", {"fixmedins_b_2024.csv": rows})
    assert [row["fixmedins_name"] for row in loaded(tmp_path / "lake", "fixmedins_b")] == names


def test_every_row_may_end_in_one_more_separator(tmp_path):
    lines = text_table(clean_rows("setl_d")).splitlines()
    text = "\n".join([lines[0], *(f"{line}," for line in lines[1:])]) + "\n"
    deliver(tmp_path / "in", tmp_path / "lake", {"setl_d_202401.csv": text})
    assert loaded(tmp_path / "lake", "setl_d") == [expected("setl_d", row) for row in clean_rows("setl_d")]


def test_a_row_with_a_stray_separator_is_quarantined_and_its_neighbours_load(tmp_path):
    rows = clean_rows("setl_d")
    names = ["setl_id", "psn_name", *(name for name in rows[0] if name not in {"setl_id", "psn_name"})]
    lines = text_table(rows, names).splitlines()
    lines[2] = lines[2].replace("欧阳密秘", "欧阳,密秘")
    deliver(tmp_path / "in", tmp_path / "lake", {"setl_d_202401.csv": "\n".join(lines) + "\n"})
    assert [row["row_number"] for row in standing(tmp_path / "lake", "setl_d")] == [2, 4, 5]
    assert [row["row_number"] for row in relation(tmp_path / "lake", "quarantine_row")] == [3]


def test_a_quote_that_is_never_closed_costs_its_own_cell_at_most(tmp_path):
    rows = clean_rows("fixmedins_b")
    lines = text_table(rows).splitlines()
    lines[2] = lines[2].replace("某某市䶮记医院", '某某市"䶮记医院')
    text = "\n".join(lines) + "\n"
    deliver(tmp_path / "in", tmp_path / "lake", {"fixmedins_b_2024.csv": text})
    assert [row["fixmedins_code"] for row in loaded(tmp_path / "lake", "fixmedins_b")] == [
        row["fixmedins_code"] for row in rows
    ]


@pytest.mark.parametrize(
    ("header", "factors"),
    [
        (lambda name, label: label, (1, 1)),
        (lambda name, label: f"{label}（元）", (1, 1)),
        (lambda name, label: f"{label}(万元)", (10000, 10000)),
        (lambda name, label: f"{label}（万元）" if name == "fund_pay_sumamt" else label, (10000, 1)),
        (lambda name, label: f"{name}[万元]" if name == "medfee_sumamt" else name, (1, 10000)),
    ],
)
def test_a_unit_in_the_header_counts_for_its_column(tmp_path, header, factors):
    row = clean_row("setl_d", fund_pay_sumamt="1.234567", medfee_sumamt="2.345678")
    money = {column.name for column in load_feeds()["setl_d"].columns if column.type == "amount"}
    cells = [
        header(name, label) if name in money else name
        for name, label in zip(row, labels("setl_d", row), strict=True)
    ]
    records = deliver(
        tmp_path / "in", tmp_path / "lake", {"setl_d_202401.csv": text_table([row], header=cells)}
    )
    (found,) = loaded(tmp_path / "lake", "setl_d")
    wanted = {1: ("1.23", "2.35"), 10000: ("12345.67", "23456.78")}
    assert str(found["fund_pay_sumamt"]) == wanted[factors[0]][0]
    assert str(found["medfee_sumamt"]) == wanted[factors[1]][1]
    assert str(records[0]["received_yuan"]) == wanted[factors[0]][0]


def test_a_unit_above_the_header_counts_for_all_money_and_for_nothing_else(tmp_path):
    rows = clean_rows("fin_subsidy")
    text = "居民财政补助\n单位：万元\n" + text_table(rows, header=labels("fin_subsidy", rows[0]))
    deliver(tmp_path / "in", tmp_path / "lake", {"fin_subsidy_2024.csv": text})
    for found, row in zip(loaded(tmp_path / "lake", "fin_subsidy"), rows, strict=True):
        wanted = expected("fin_subsidy", row)
        assert found["arrived_amt"] == wanted["arrived_amt"] * 10000
        assert found["due_amt"] == wanted["due_amt"] * 10000
        assert found["heads"] == wanted["heads"]


def test_a_column_of_units_counts_for_the_money_of_its_row(tmp_path):
    rows = [clean_row("fund_asset", n, period=f"20240{n}") for n in (1, 2)]
    given = [{**rows[0], "unit": "万元"}, {**rows[1], "unit": "元"}]
    deliver(tmp_path / "in", tmp_path / "lake", {"fund_asset_2024.csv": given})
    found = [row["fiscal_account"] for row in loaded(tmp_path / "lake", "fund_asset")]
    wanted = [expected("fund_asset", row)["fiscal_account"] for row in rows]
    assert found == [wanted[0] * 10000, wanted[1]]


def test_a_figure_far_too_large_in_its_unit_stops_nobody(tmp_path):
    rows = [{**each, "arrived_amt": "12000000000"} for each in clean_rows("fin_subsidy")[:1]]
    text = "居民财政补助\n单位：万元\n" + text_table(rows, header=labels("fin_subsidy", rows[0]))
    deliver(tmp_path / "in", tmp_path / "lake", {"fin_subsidy_2024.csv": text})
    (found,) = loaded(tmp_path / "lake", "fin_subsidy")
    assert str(found["arrived_amt"]) == "120000000000000.00"


def test_a_hidden_sheet_is_told_and_not_read(tmp_path):
    rows = clean_rows("fin_subsidy")
    names = list(rows[0])
    sheets = {
        "一": [names, *[native("fin_subsidy", row, names) for row in rows[:2]]],
        "藏": [names, *[native("fin_subsidy", row, names) for row in rows[2:]]],
    }
    put_workbook(tmp_path / "in" / "fin_subsidy_2024.xlsx", sheets, hidden=["藏"])
    deliver(tmp_path / "in", tmp_path / "lake", {})
    assert len(loaded(tmp_path / "lake", "fin_subsidy")) == 2
    assert "藏" in check_extracts(tmp_path / "in").render()
