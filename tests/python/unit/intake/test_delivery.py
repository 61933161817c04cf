import datetime as dt
import hashlib
import zipfile
from decimal import Decimal

import duckdb
import pyarrow.parquet as pq
import pytest
from intake_tools import GOOD_LINE, lake_rows, list_text, taken, two_sided, workbook, write

from shouzhi.errors import UserError
from shouzhi.intake import check_extracts, fingerprint, lake, register, take_in


def good(folder, name="fund_statement_2024.csv", line=GOOD_LINE):
    return write(folder, name, list_text(line))


def test_the_same_content_twice_has_no_effect(tmp_path):
    good(tmp_path / "in")
    first = take_in(tmp_path / "in", tmp_path / "lake")
    mark = fingerprint(tmp_path / "lake")
    (tmp_path / "in" / "fund_statement_2024.csv").rename(tmp_path / "in" / "fund_statement_2024_again.csv")
    second = take_in(tmp_path / "in", tmp_path / "lake")
    assert (first.delivery_no, second.delivery_no) == (1, None)
    assert fingerprint(tmp_path / "lake") == mark
    assert "第 1 批" in second.report.render()
    assert second.report.status == "clean"


def test_two_copies_in_one_delivery_count_once(tmp_path):
    good(tmp_path / "in")
    good(tmp_path / "in" / "sub", "fund_statement_2024_copy.csv")
    assert len(taken(tmp_path / "in", tmp_path / "lake")) == 1


def test_a_corrected_delivery_is_added_and_nothing_is_rewritten(tmp_path):
    good(tmp_path / "in")
    take_in(tmp_path / "in", tmp_path / "lake")
    part = tmp_path / "lake/fund_statement/delivery=000001/part.parquet"
    before = hashlib.sha256(part.read_bytes()).hexdigest()
    good(tmp_path / "in", line=GOOD_LINE.replace("100.00", "101.00"))
    take_in(tmp_path / "in", tmp_path / "lake")
    rows = lake_rows(tmp_path / "lake")
    assert [(row["delivery_no"], row["amount_yuan"]) for row in rows] == [
        (1, Decimal("100.00")),
        (2, Decimal("101.00")),
    ]
    assert hashlib.sha256(part.read_bytes()).hexdigest() == before


def test_a_kill_between_parquet_and_manifest_leaves_no_trace(tmp_path, monkeypatch):
    good(tmp_path / "in")
    take_in(tmp_path / "in", tmp_path / "lake")
    mark = fingerprint(tmp_path / "lake")
    write(tmp_path / "in", "fund_statement_2025.csv", list_text(GOOD_LINE.replace("2024,", "2025,")))

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(lake, "_write_manifest", killed)
        with pytest.raises(KeyboardInterrupt):
            take_in(tmp_path / "in", tmp_path / "lake")
    assert (tmp_path / "lake/fund_statement/delivery=000002").exists()
    assert fingerprint(tmp_path / "lake") == mark
    assert len(lake_rows(tmp_path / "lake")) == 1
    assert take_in(tmp_path / "in", tmp_path / "lake").delivery_no == 2
    assert [row["period_code"] for row in lake_rows(tmp_path / "lake")] == ["2024", "2025"]


def test_orphans_are_removed_even_when_nothing_new_comes(tmp_path):
    good(tmp_path / "in")
    take_in(tmp_path / "in", tmp_path / "lake")
    orphan = tmp_path / "lake/quarantine/delivery=000009"
    orphan.mkdir(parents=True)
    (tmp_path / "lake/.staging-000009").mkdir()
    take_in(tmp_path / "in", tmp_path / "lake")
    assert not orphan.exists()
    assert not (tmp_path / "lake/.staging-000009").exists()


def test_equal_input_gives_an_equal_lake(tmp_path):
    good(tmp_path / "in")
    workbook(tmp_path / "in/基金收支表_2024.xlsx", {"居民": two_sided()})
    for name in ("one", "two"):
        take_in(tmp_path / "in", tmp_path / name)
    assert fingerprint(tmp_path / "one") == fingerprint(tmp_path / "two")


def broken_zip():
    return b"PK\x03\x04" + b"\x00" * 40


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("fund_statement_2024.csv", b"", "空文件"),
        ("all_2024.zip", b"", "空文件"),
        ("说明书.pdf", b"%PDF-1.7 x", "不是可以读取的格式（可读：csv txt xlsx xls parquet zip）"),
        ("fund_statement_2024.docx", b"PK\x03\x04 x", "不是可以读取的格式"),
        ("照片.jpg", b"\xff\xd8", "不是可以读取的格式"),
        ("fund_statement_2024.csv", b"%PDF-1.7 x", "不是可以读取的格式"),
        ("fund_statement_2024.csv", b"\n\n", "空的"),
        ("fund_statement_2024.csv", list_text().encode(), "没有一行数据"),
        ("fund_statement_2024.xlsx", b"not a workbook", "Excel"),
        ("fund_statement_2024.xlsx", broken_zip(), "打不开"),
        ("fund_statement_2024.xls", b"<html><table></table></html>", "网页"),
        ("fund_statement_2024.parquet", b"PAR1 broken", "Parquet"),
        ("all_2024.zip", b"PK\x03\x04 broken", "压缩包"),
    ],
)
def test_unreadable_files_are_rejected_whole(tmp_path, name, content, reason):
    bad = write(tmp_path / "in", name, content)
    assert check_extracts(tmp_path / "in").status == "unreadable"
    good(tmp_path / "in", "fund_statement_2023.csv")
    delivery = take_in(tmp_path / "in", tmp_path / "lake")
    assert delivery.report.status == "problems"
    assert reason in delivery.report.render()
    assert bad.read_bytes() == content
    files = {row["file_name"]: row for row in lake_rows(tmp_path / "lake", "intake_file")}
    assert files[name]["status_code"] == "rejected"
    assert reason in files[name]["first_reason"]
    assert len(lake_rows(tmp_path / "lake")) == 1


def test_a_rejected_file_is_recorded_once(tmp_path):
    write(tmp_path / "in", "fund_statement_2024.xlsx", b"broken")
    assert take_in(tmp_path / "in", tmp_path / "lake").delivery_no == 1
    again = take_in(tmp_path / "in", tmp_path / "lake")
    assert again.delivery_no is None
    assert again.report.status == "unreadable"
    assert lake_rows(tmp_path / "lake") == []


def test_zip_members_with_chinese_names_in_gbk(tmp_path):
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in" / "报送.zip", "w") as archive:
        archive.writestr("XXXXXXXXXX_2024.csv", list_text(GOOD_LINE).encode("gb18030"))
    raw = (tmp_path / "in" / "报送.zip").read_bytes()
    (tmp_path / "in" / "报送.zip").write_bytes(raw.replace(b"XXXXXXXXXX", "基金收支表".encode("gbk")))
    (row,) = taken(tmp_path / "in", tmp_path / "lake")
    assert row["file_name"] == "报送.zip/基金收支表_2024.csv"


def test_what_is_ignored_unknown_or_not_yet_read(tmp_path):
    good(tmp_path / "in")
    for name in ("~$fund_statement_2024.xlsx", ".DS_Store", "README.txt", "SOURCES.md", "__MACOSX/._a.csv"):
        write(tmp_path / "in", name, b"x")
    write(tmp_path / "in", "opsp_reg_d_202401.csv", b"setl_id\n1\n")
    assert check_extracts(tmp_path / "in").status == "clean"
    write(tmp_path / "in", "工作总结.xlsx", b"x")
    report = check_extracts(tmp_path / "in")
    codes = {each.name: each.status_code for each in report.files}
    assert codes == {
        "fund_statement_2024.csv": "loaded",
        "opsp_reg_d_202401.csv": "not_read",
        "工作总结.xlsx": "unknown",
    }
    assert report.status == "problems"
    assert "该类文件本版本尚不读取" in report.render()
    assert "改名" in report.render()


def test_a_missing_folder_is_the_users_mistake(tmp_path):
    with pytest.raises(UserError, match="找不到"):
        check_extracts(tmp_path / "nothing")


def test_an_empty_folder_is_unreadable(tmp_path):
    report = check_extracts(tmp_path)
    assert (report.status, report.exit_code) == ("unreadable", 2)
    assert "没有可读" in report.summary


def test_the_report_lists_twenty_rows_and_counts_the_rest(tmp_path):
    write(
        tmp_path / "in",
        "fund_statement_2024.csv",
        list_text(*["202413,150100,310100,决算,利息收入,1,元,累计"] * 30),
    )
    text = check_extracts(tmp_path / "in").render()
    assert text.count("隔离：") == 20
    assert "另有 10 行" in text


def test_what_needs_action_stands_first_and_last_and_the_rest_is_counted(tmp_path):
    for month in range(1, 13):
        line = f"2024{month:02d},150100,310100,执行,利息收入,{month},元,期间"
        write(tmp_path / "in", f"fund_statement_2024{month:02d}.csv", list_text(line))
    write(tmp_path / "in", "fund_statement_zz.csv", list_text("202413,150100,310100,决算,利息收入,1,元,"))
    write(tmp_path / "in", "通讯录.csv", b"a,b\n1,2\n")
    write(tmp_path / "in", "fund_statement_zy.csv", list_text("2024,440100,310100,决算,利息收入,5,元,"))
    lines = check_extracts(tmp_path / "in").render().splitlines()
    headings = [line for line in lines if line.startswith("【")]
    assert headings == ["【需要处理】2 份", "【请留意】1 份", "【没有问题】12 份"]
    files = [line for line in lines if line.startswith("■")]
    assert [line.partition("：")[0].partition("（")[0] for line in files[:3]] == [
        "■ fund_statement_zz.csv",
        "■ 通讯录.csv",
        "■ fund_statement_zy.csv",
    ]
    assert len(files) == 2 + 1 + 10
    assert any(line.startswith("……另有 2 份没有问题的") for line in lines)
    assert lines[-1].startswith("需要处理 2 份：fund_statement_zz.csv、通讯录.csv。")


def test_a_clean_report_asks_for_nothing(tmp_path):
    good(tmp_path / "in")
    text = check_extracts(tmp_path / "in").render()
    assert "【没有问题】1 份" in text and "需要处理" not in text


def test_an_empty_lake_has_typed_relations(tmp_path):
    with duckdb.connect() as connection:
        register(connection, tmp_path / "lake")
        kinds = dict(
            connection.execute(
                "select column_name, data_type from information_schema.columns where table_name = 'fund_statement'"
            ).fetchall()
        )
        assert connection.execute("select count(*) from lake.intake_file").fetchone() == (0,)
    assert (kinds["amount_yuan"], kinds["delivery_no"], kinds["is_of_which"]) == (
        "DECIMAL(20,2)",
        "INTEGER",
        "BOOLEAN",
    )


def test_views_and_empty_tables_change_places(tmp_path):
    with duckdb.connect() as connection:
        register(connection, tmp_path / "lake")
        good(tmp_path / "in")
        take_in(tmp_path / "in", tmp_path / "lake")
        register(connection, tmp_path / "lake")
        register(connection, tmp_path / "lake")
        assert connection.execute("select count(*) from lake.fund_statement").fetchone() == (1,)


def test_a_file_of_no_feed_is_recorded_as_rejected_once(tmp_path):
    good(tmp_path / "in")
    write(tmp_path / "in", "通讯录.csv", b"a,b\n1,2\n")
    write(tmp_path / "in", "通讯录b.csv", b"a,b\n1,2\n")
    write(tmp_path / "in", "README.txt", b"text")
    assert take_in(tmp_path / "in", tmp_path / "lake").report.status == "problems"
    assert take_in(tmp_path / "in", tmp_path / "lake").delivery_no is None
    files = {row["file_name"]: row for row in lake_rows(tmp_path / "lake", "intake_file")}
    assert set(files) == {"fund_statement_2024.csv", "通讯录.csv"}
    assert files["通讯录.csv"]["status_code"] == "rejected"
    assert files["通讯录.csv"]["feed_code"] is None
    assert "看不出是哪一类数据" in files["通讯录.csv"]["first_reason"]


def test_a_stray_name_does_not_keep_the_same_content_out(tmp_path):
    write(tmp_path / "in", "a.csv", list_text(GOOD_LINE))
    take_in(tmp_path / "in", tmp_path / "lake")
    good(tmp_path / "in")
    assert len(taken(tmp_path / "in", tmp_path / "lake")) == 1


def test_actual_figures_of_a_future_period_are_loaded_and_asked_about(tmp_path):
    lines = [
        "203512,150100,310100,执行,利息收入,1,元,累计",
        "2025,150100,310100,预算,利息收入,1,元,",
        "2025,150100,310100,预计执行,利息收入,1,元,",
        "202406,150100,310100,执行,利息收入,1,元,累计",
    ]
    write(tmp_path / "in", "fund_statement_2024.csv", list_text(*lines))
    today = dt.date(2024, 6, 3)
    report = check_extracts(tmp_path / "in", today=today)
    assert report.exit_code == 1
    assert "第 2 行 F2 期间 2035-12 晚于今天，请核对；已照收" in report.render()
    take_in(tmp_path / "in", tmp_path / "lake", today=today)
    assert len(lake_rows(tmp_path / "lake")) == 4
    notes = [
        row for row in lake_rows(tmp_path / "lake", "intake_note") if row["note_code"] == "future_period"
    ]
    assert [(row["severity_code"], row["row_number"]) for row in notes] == [("warning", 2)]


def test_the_same_figures_are_no_question_once_the_month_is_there(tmp_path):
    write(
        tmp_path / "in", "fund_statement_2024.csv", list_text("2024Q2,150100,310100,执行,利息收入,1,元,期间")
    )
    assert check_extracts(tmp_path / "in", today=dt.date(2024, 6, 1)).exit_code == 0
    assert check_extracts(tmp_path / "in", today=dt.date(2024, 5, 31)).exit_code == 1


def test_quarantine_written_before_its_key_columns_still_registers(tmp_path):
    write(tmp_path / "in", "fund_statement_2024.csv", list_text("202413,150100,310100,决算,利息收入,1,元,"))
    take_in(tmp_path / "in", tmp_path / "lake")
    (part,) = (tmp_path / "lake" / "quarantine").rglob("part.parquet")
    keys = ["admdvs", "admdvs_name", "fund_code", "statement_code", "period_type", "period_code"]
    pq.write_table(pq.read_table(part).drop_columns(keys), part)
    (old,) = lake_rows(tmp_path / "lake", "quarantine_row")
    assert [old[key] for key in keys] == [None] * 6
    write(tmp_path / "in", "fund_statement_2023.csv", list_text("202313,150100,310100,决算,利息收入,1,元,"))
    take_in(tmp_path / "in", tmp_path / "lake")
    read = [(row["delivery_no"], row["fund_code"]) for row in lake_rows(tmp_path / "lake", "quarantine_row")]
    assert read == [(1, None), (2, "310100")]


def test_check_hints_at_unknown_areas_and_keys_given_twice(tmp_path):
    write(tmp_path / "in", "fund_statement_1.csv", list_text("2024,150100,310100,决算,利息收入,1,元,"))
    lines = ["2024,150100,310100,决算,利息收入,3,元,", "2024,440100,310100,决算,利息收入,5,元,"]
    write(tmp_path / "in", "fund_statement_2.csv", list_text(*lines))
    report = check_extracts(tmp_path / "in")
    assert report.exit_code == 0
    text = report.render()
    assert "不认识的区划“440100”" in text
    assert "150100”" not in text
    assert "“利息收入”给了不止一次，金额不同：fund_statement_1.csv 的 F2 是 1.00 元，这里是 3.00 元" in text


def test_check_hints_at_a_closing_that_does_not_follow(tmp_path):
    rows = two_sided()
    rows[10][4] = 34000
    workbook(tmp_path / "in" / "fund_statement_2024.xlsx", {"居民": rows})
    text = check_extracts(tmp_path / "in").render()
    assert "E11 2023 期末结余 340,000,000.00 元" in text
    assert "F11" not in text


def test_who_waits_for_something_new_is_told_once_before_it_is_read(tmp_path):
    told = []

    def take(folder):
        take_in(folder, tmp_path / "lake", when_new=lambda: told.append(folder.name))

    first, nothing, refused = (tmp_path / name for name in ("first", "nothing", "refused"))
    nothing.mkdir()
    good(first)
    write(refused, "fund_statement_2025.csv", "a,b\n1,2\n")
    for folder in (refused, nothing, first, first):
        take(folder)
    assert told == ["first"]
