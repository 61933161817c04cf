"""A large text is read piece by piece: the lake holds the same as of the whole, and a piece that fails refuses the file."""

import duckdb
import pytest
from habit_tools import clean_rows, deliver, put, relation, standing, text_table

from shouzhi.intake import take_in
from shouzhi.intake.contract import load_feeds
from shouzhi.intake.feeds import feed_reading, taking, text_tables
from shouzhi.intake.feeds.layout import Layout
from shouzhi.intake.feeds.text_tables import TextTable, pieces


def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_reading, "BATCH_BYTES", 4000)
    monkeypatch.setattr(text_tables, "CHUNK_BYTES", 1000)


def table(path, *, has_quotes=True):
    layout = Layout(",", 1, ("a", "b"), (("a", 0, 1), ("b", 1, 1)), has_quotes)
    return TextTable(path, layout, "UTF-8", path.stat().st_size, 0)


@pytest.mark.parametrize("size", [1, 7, 20, 1000])
@pytest.mark.parametrize("chunk", [1, 5, 64])
def test_pieces_are_the_text_cut_at_rows(tmp_path, monkeypatch, size, chunk):
    monkeypatch.setattr(text_tables, "CHUNK_BYTES", chunk)
    rows = ["a,b", "1,x", '2,"y\n\nz"', '3,"""q"""', "", '4,",\n"', "5,last"]
    text = "\n".join(rows)
    path = put(tmp_path, "text.csv", text)
    texts, firsts = [], []
    for piece in pieces(table(path), tmp_path, size):
        content = piece.path.read_text(encoding="utf-8")
        assert len(content.encode()) == piece.byte_count
        assert content.count('"') % 2 == 0
        assert piece.line_count == len(content.splitlines())
        assert piece.layout.skip == (0 if texts else 1)
        piece.path.unlink()
        texts.append(content)
        firsts.append(piece.first_line)
    assert "".join(texts) == text
    assert firsts == [1 + sum(each.count("\n") for each in texts[:number]) for number in range(len(texts))]
    assert (len(texts) == 1) == (size == 1000)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["text.csv"]


def test_without_quoting_every_line_is_a_row(tmp_path, monkeypatch):
    monkeypatch.setattr(text_tables, "CHUNK_BYTES", 4)
    path = put(tmp_path, "text.csv", 'a,b\n1,"x\n2,y\n')
    found = [
        piece.path.read_text(encoding="utf-8") for piece in pieces(table(path, has_quotes=False), tmp_path, 4)
    ]
    assert found == ["a,b\n", '1,"x\n', "2,y\n"]


def test_the_lake_is_that_of_the_whole_file(tmp_path, monkeypatch):
    rows = clean_rows("setl_d", 40)
    rows[5]["setl_time"] = "2024-02-30"
    rows[20]["fund_pay_sumamt"] = "x"
    rows[30]["insutype"] = '带"引号"\n换行'
    rows[33]["begndate"] = ""
    for number in (7, 35):
        rows[number]["enddate"] = "2024-06-31"
    text = text_table(rows) + "合计,,,\n" + text_table(rows[:1])
    taken = {}
    for name in ("whole", "pieces"):
        if name == "pieces":
            small_pieces(monkeypatch)
        lake = tmp_path / name / "lake"
        [record] = deliver(tmp_path / name / "in", lake, {"setl_d_2024.csv": text})
        rows_of = standing(lake, "setl_d")
        # below a line end in a cell, a row's own number says its place in the piece: in order, and never twice
        assert sorted({row["row_id"] for row in rows_of}) == [row["row_id"] for row in rows_of]
        taken[name] = (
            [
                {key: value for key, value in row.items() if key not in {"row_id", "row_number"}}
                for row in rows_of
            ],
            relation(lake, "quarantine_row", "row_number"),
            relation(lake, "intake_note"),
            record,
        )
    assert taken["pieces"] == taken["whole"]
    assert len(taken["whole"][1]) >= 2


def test_a_piece_that_cannot_be_read_refuses_the_file_whole(tmp_path, monkeypatch):
    small_pieces(monkeypatch)
    stage, count = taking._stage, 0

    def failing(*given):
        nonlocal count
        count += 1
        if count == 3:
            raise duckdb.InvalidInputException("Maximum line size of 1 bytes exceeded")
        stage(*given)

    monkeypatch.setattr(taking, "_stage", failing)
    rows = clean_rows("setl_d", 30)
    rows[0]["setl_time"] = "?"
    put(tmp_path / "in", "setl_d_202401.csv", text_table(rows))
    put(tmp_path / "in", "setl_d_202402.csv", text_table(clean_rows("setl_d", 1)))
    report = take_in(tmp_path / "in", tmp_path / "lake").report
    assert [(each.name, each.status_code) for each in report.files] == [
        ("setl_d_202401.csv", "rejected"),
        ("setl_d_202402.csv", "loaded"),
    ]
    assert "过长" in report.files[0].first_reason
    assert [row["file_no"] for row in standing(tmp_path / "lake", "setl_d")] == [2]
    assert relation(tmp_path / "lake", "quarantine_row") == []
    assert {row["file_no"] for row in relation(tmp_path / "lake", "feed_control")} == {2}
    assert load_feeds()["setl_d"].is_read
