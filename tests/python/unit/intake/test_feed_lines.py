"""Line numbers of quarantined rows: physical lines of the file as it came, whatever its encoding."""

import zipfile

import pytest
from habit_tools import clean_row, deliver, put_workbook, registered, relation, standing, text_table

from shouzhi.intake import check_extracts
from shouzhi.intake.feeds import feed_reading, text_tables

ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "utf-16"]


@pytest.fixture(autouse=True, params=["whole", "pieces"])
def piece_size(request, monkeypatch):
    """Every case again with the text cut into pieces of a few rows, as a large file's is."""
    if request.param == "pieces":
        size = 4 << 20 if "large" in request.node.name else 5000
        monkeypatch.setattr(feed_reading, "BATCH_BYTES", size)
        monkeypatch.setattr(text_tables, "CHUNK_BYTES", size // 4)


def bad_rows(count: int, bad: dict[int, str]) -> list[dict[str, str]]:
    """Institutions; row ``n`` has an impossible time where ``bad`` says so."""
    return [
        clean_row("fixmedins_b", n, **({"begntime": bad[n]} if n in bad else {})) for n in range(1, count + 1)
    ]


def numbers(lake, relation_name="quarantine_row") -> list[int]:
    return [row["row_number"] for row in relation(lake, relation_name, "row_number")]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_lines_are_those_of_the_file(tmp_path, encoding, line_end):
    rows = bad_rows(40, {7: "2024-02-30", 8: "", 40: "2024-13-01"})
    text = "某某市医药机构\n\n" + text_table(rows, line_end="\n")
    content = text.replace("\n", line_end).encode(encoding)
    deliver(tmp_path / "in", tmp_path / "lake", {"fixmedins_b_2024.csv": content})
    assert numbers(tmp_path / "lake") == [10, 11, 43]
    report = check_extracts(tmp_path / "in").render()
    assert "第 10 行" in report and "第 43 行" in report


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_line_breaks_inside_quotes_count(tmp_path, encoding):
    rows = bad_rows(12, {5: "2024-02-30", 9: "x"})
    rows[1]["fixmedins_name"] = "第一行\n第二行\n第三行"
    rows[6]["fixmedins_name"] = '带"引号",和逗号\n还有一行'
    rows[8]["fixmedins_name"] = "坏行自己\n也有两行"
    content = text_table(rows).encode(encoding)
    deliver(tmp_path / "in", tmp_path / "lake", {"fixmedins_b_2024.csv": content})
    # header 1, row 1 on 2, row 2 on 3–5, row 5 on 8, row 7 on 10–11, row 9 begins on 13
    assert numbers(tmp_path / "lake") == [8, 13]
    assert len(standing(tmp_path / "lake", "fixmedins_b")) == 10


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_blank_lines_and_totals_count_as_lines(tmp_path, encoding):
    rows = bad_rows(6, {4: "2024-02-30", 6: "?"})
    lines = text_table(rows).splitlines()
    lines[3:3] = ["", "合计,,,,", "", lines[0]]
    content = ("\n".join(lines) + "\n").encode(encoding)
    deliver(tmp_path / "in", tmp_path / "lake", {"fixmedins_b_2024.csv": content})
    assert numbers(tmp_path / "lake") == [9, 11]


def test_lines_of_a_large_file(tmp_path):
    """Faults far apart in a file that no reader takes as one block."""
    last = 30_000
    bad = {3: "202413", 20_000: "", last: "202400"}
    row = clean_row("medins_clr_sum_d")
    form = ",".join({"fee_clr_id": "F%d", "clr_ym": "%s"}.get(name, row[name]) for name in row)
    lines = [form % (number, bad.get(number, "202403")) for number in range(1, last + 1)]
    text = ",".join(row) + ",机构名称\n" + "".join(f"{line},某某市医院\n" for line in lines)
    deliver(tmp_path / "in", tmp_path / "lake", {"medins_clr_sum_d_2024.csv": text.encode("gb18030")})
    assert numbers(tmp_path / "lake") == [number + 1 for number in bad]
    (count,) = registered(tmp_path / "lake").execute("select count(*) from lake.medins_clr_sum_d").fetchone()
    assert count == last - len(bad)


def test_lines_of_members_and_sheets(tmp_path):
    rows = bad_rows(6, {4: "2024-02-30"})
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in" / "all.zip", "w") as archive:
        archive.writestr("fixmedins_b_2023.csv", text_table(rows).encode("gb18030"))
    names = list(rows[0])
    cells = [[row[name] for name in names] for row in rows]
    sheets = {"甲": [["标题"], [], names, *cells], "乙": [names, *cells[3:]]}
    put_workbook(tmp_path / "in" / "fixmedins_b_2024.xlsx", sheets)
    deliver(tmp_path / "in", tmp_path / "lake", {})
    found = [
        (row["file_name"], row["sheet_name"], row["row_number"])
        for row in relation(tmp_path / "lake", "quarantine_row", "file_name, row_number desc")
    ]
    assert found == [
        ("all.zip/fixmedins_b_2023.csv", None, 5),
        ("fixmedins_b_2024.xlsx", "甲", 7),
        ("fixmedins_b_2024.xlsx", "乙", 2),
    ]
