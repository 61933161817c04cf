"""Rows that came broken are told as what they are: with too few columns, or with text that was no text any more."""

import pytest
from feed_tools import Lake, csv_text, row, rows
from intake_tools import GOOD_LINE, list_text, workbook, write

from shouzhi.intake import check_extracts, take_in

COLUMNS = list(row("setl_d", 1))


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(tmp_path)


def taken(lake: Lake, content: str | bytes, name: str = "setl_d_202401.csv"):
    """Deliver one file; return its report."""
    folder = lake.folder()
    write(folder, name, content)
    return take_in(folder, lake.path).report.files[0]


def quarantined(lake: Lake) -> list[tuple[object, ...]]:
    return lake.ask(
        "select row_number, column_name, reason_code, reason_zh from lake.quarantine_row order by 1"
    )


def settlements(count: int = 4) -> list[list[str]]:
    return [line.split(",") for line in csv_text(rows("setl_d", count)).splitlines()]


def text(lines: list[list[str]], line_end: str = "\n") -> str:
    return line_end.join(",".join(cells) for cells in lines) + line_end


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("first", [[], [""], ["", "说明"]])
def test_a_row_that_breaks_off_is_told_as_too_short(lake, first, line_end):
    lines = settlements()
    lines[2] = lines[2][: COLUMNS.index("setl_time")]
    found = taken(lake, text([*([each] for each in first), *lines], line_end))
    assert (found.parsed.loaded_count, found.parsed.quarantined_count) == (3, 1)
    [(line, column, code, reason)] = quarantined(lake)
    assert (line, column, code) == (3 + len(first), "setl_time", "few_cells")
    assert (
        f"只有 {COLUMNS.index('setl_time')} 列，表头有 {len(COLUMNS)} 列" in reason
        and "没有结算时间" in reason
    )


def test_a_row_with_a_lost_separator_is_told_as_too_short_whatever_its_cells_say_now(lake):
    lines = settlements()
    del lines[3][COLUMNS.index("begndate")]
    lines[3].insert(0, '"甲\n')
    lines[3][0:2] = ['"' + lines[3][1] + '\n"']
    lines[4][COLUMNS.index("fund_pay_sumamt")] = "甲"
    taken(lake, text(lines))
    (short, amount) = quarantined(lake)
    assert short[2] == "few_cells" and f"只有 {len(COLUMNS) - 1} 列" in short[3]
    assert (amount[1], amount[2]) == ("fund_pay_sumamt", "amount")


@pytest.mark.parametrize("name", ["vali_flag", "refd_setl_flag", "year"])
def test_a_row_that_breaks_off_before_what_must_be_there_replaces_nothing(lake, name):
    lines = settlements()
    taken(lake, text(lines))
    before = lake.ask("select * exclude (row_number, file_no) from lake.setl_d order by row_id")
    broken = [lines[0], lines[4][: COLUMNS.index(name)]]
    found = taken(lake, text(broken))
    assert (found.parsed.loaded_count, found.parsed.quarantined_count) == (0, 1)
    [(_, _, code, reason)] = quarantined(lake)
    assert code == "few_cells" and f"只有 {COLUMNS.index(name)} 列" in reason
    assert lake.ask("select * exclude (row_number, file_no) from lake.setl_d order by row_id") == before


def test_short_rows_that_lack_nothing_needed_are_loaded_and_told(lake):
    lines = settlements()
    lines[1], lines[2], lines[3] = lines[1][:-1], lines[2][:-2], [*lines[3][:-1], "NULL"]
    found = taken(lake, text([*lines, ["合计", "4"]]))
    assert found.parsed.loaded_count == 4 and quarantined(lake) == []
    assert lake.ask("select count(*), count(rid), count(updt_time) from lake.setl_d") == [(4, 3, 1)]
    [note] = [each for each in found.parsed.notes if each.note_code == "few_cells"]
    assert note.note_zh.startswith(f"有 2 行的列数比表头（{len(COLUMNS)} 列）少")


def test_columns_without_a_name_at_the_end_of_the_header_may_be_left_out(lake):
    lines = settlements()
    lines[0] += ["", ""]
    found = taken(lake, text(lines))
    assert found.parsed.loaded_count == 4 and found.parsed.notes == []


def test_a_statement_line_that_breaks_off_is_told_as_too_short(tmp_path):
    short = GOOD_LINE.split(",")
    content = list_text(
        GOOD_LINE, ",".join(short[:5]), ",".join([*short[:3], *short[4:]]), ",".join(short[:-1])
    )
    write(tmp_path / "in", "fund_statement_2024.csv", content)
    found = check_extracts(tmp_path / "in").files[0].parsed
    told = found.quarantine.select(["row_number", "reason_code", "reason_zh"]).to_pylist()
    assert [(each["row_number"], each["reason_code"]) for each in told] == [
        (3, "few_cells"),
        (4, "few_cells"),
    ]
    assert told[0]["reason_zh"] == (
        "这一行只有 5 列，表头有 8 列，可能少了分隔符或在中间断开，请补齐后重新导出（金额为空，请填写金额；没有数的请删去该行或填 ×）"
    )
    assert "只有 7 列" in told[1]["reason_zh"] and found.rows.num_rows == 2


def test_empty_cells_of_a_workbook_are_no_missing_columns(tmp_path):
    header = list_text().strip().split(",")
    lines = [GOOD_LINE.split(","), ["2024", 150100, 310100, "决算", "利息收入"]]
    workbook(tmp_path / "in" / "fund_statement_2024.xlsx", {"表": [header, *lines]})
    found = check_extracts(tmp_path / "in").files[0].parsed
    assert found.quarantine["reason_code"].to_pylist() == ["amount_missing"]


@pytest.mark.parametrize("broken", ["1501\ufffd01", "1501锟斤拷01", "\ufffd"])
@pytest.mark.parametrize("column", ["psn_no", "setl_id", "opter_id"])
def test_text_that_was_no_text_any_more_is_nobody(lake, column, broken):
    given = rows("setl_d", 4, opter_id="7")
    given[1][column] = broken
    found = taken(lake, csv_text(given))
    assert (found.parsed.loaded_count, found.parsed.quarantined_count) == (3, 1)
    [(line, told, code, reason)] = quarantined(lake)
    assert (line, told, code) == (3, column, "broken_text") and "乱码" in reason
    assert lake.ask("select count(distinct psn_no) from lake.setl_d") == [(3,)]
    assert lake.ask("select raw_text from lake.quarantine_row") == [(None,)]


def test_bytes_that_are_no_text_in_a_person_are_quarantined(lake):
    given = rows("setl_d", 40, psn_name="张三李四")
    given[1]["psn_no"] = "1501@01"
    taken(lake, csv_text(given).encode().replace(b"1501@01", b"1501\xff01"))
    [(line, _, code, _)] = quarantined(lake)
    assert (line, code) == (3, "unreadable")
    assert lake.ask("select count(*) from lake.setl_d") == [(39,)]


@pytest.mark.parametrize(
    ("person", "is_told"), [("1501甭01", True), ("１５０１01", False), ("15A-01", False)]
)
def test_letters_that_no_person_number_has_are_told(lake, person, is_told):
    given = rows("setl_d", 3)
    given[1]["psn_no"] = person
    found = taken(lake, csv_text(given))
    assert found.parsed.loaded_count == 3
    told = [each.note_zh for each in found.parsed.notes if each.note_code == "odd_letters"]
    assert len(told) == is_told and all("有 1 行的人员编号（psn_no）" in each for each in told)


def test_a_feed_without_months_is_told_with_the_period_of_its_name(lake):
    folder = lake.folder()
    for name in ("med_dfr_detl_d_202401.csv", "med_dfr_detl_d_本期.csv", "setl_d_202402.csv"):
        write(folder, name, csv_text(rows(name.rpartition("_")[0], 2, first=len(name))))
    said = check_extracts(folder).render()
    assert "编码 UTF-8；文件名上的期间 202401；统筹区" in said
    assert (
        "编码 UTF-8；统筹区" in said and "编码 UTF-8；月份 202401；统筹区" in said and "月份 无" not in said
    )
