from decimal import Decimal

import duckdb
import pytest
from intake_tools import GOOD_LINE, HEADER, lake_rows, list_text, taken, workbook, write

from shouzhi.intake import check_extracts, take_in
from shouzhi.intake.discovery import discover
from shouzhi.intake.reading import finish, open_source, read_source

CHINESE = "期间,统筹区,险种,报表类型,科目,金额（万元）,计量口径\n2024年,呼和浩特市,职工统筹,决算数,（一）统筹基金收入,35.20,\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk", "gb18030"]
)
def test_every_encoding_is_read(tmp_path, encoding):
    write(tmp_path / "in", "fund_statement_2024.csv", CHINESE, encoding)
    (row,) = taken(tmp_path / "in", tmp_path / "lake")
    assert (row["admdvs_name"], row["account_name"], row["fund_code"]) == (
        "呼和浩特市",
        "统筹基金收入",
        "310100",
    )
    assert (row["amount_yuan"], row["precision_yuan"]) == (Decimal("352000.00"), Decimal("100.00"))


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_every_delimiter_is_read(tmp_path, delimiter):
    text = list_text(GOOD_LINE).replace(",", delimiter)
    write(tmp_path / "in", "fund_statement_2024.txt", text)
    assert [row["amount_yuan"] for row in taken(tmp_path / "in", tmp_path / "lake")] == [Decimal("100.00")]


@pytest.mark.parametrize("content", [b"\xff\xfe\xfd", b""])
def test_wrong_encoding_is_rejected_with_the_reason(tmp_path, content):
    write(tmp_path / "in", "fund_statement_2024.csv", "期間,金額\n甲,乙\n".encode("big5") + content)
    report = check_extracts(tmp_path / "in")
    assert report.status == "unreadable"
    assert "编码" in report.files[0].first_reason or "表头" in report.files[0].first_reason


def test_upper_case_shuffled_and_extra_columns(tmp_path):
    write(
        tmp_path / "in",
        "fund_statement_2024.csv",
        "REMARK,AMOUNT,ACCOUNT_CODE,STATEMENT,FUND_CODE,ADMDVS,PERIOD,SIDE\nx,5,interest_income,final,390100,150200,2023,收入\n",
    )
    (row,) = taken(tmp_path / "in", tmp_path / "lake")
    assert (row["given_account_code"], row["account_name"], row["side_code"]) == (
        "interest_income",
        None,
        "income",
    )
    assert (row["period_code"], row["cell_ref"], row["unit_code"]) == ("2023", "B2", "yuan")
    assert "REMARK" in check_extracts(tmp_path / "in").render()


def test_of_which_rows_know_their_parent(tmp_path):
    lines = [
        "2024,150100,390100,决算,一、保险费收入,100,元,",
        "2024,150100,310100,决算,别的基金,7,元,",
        "2024,150100,390100,决算,其中：集体扶持,40,元,",
        "2024,150100,390100,决算,  其中:财政代缴,30,元,",
        "2024,150100,390100,决算,二、利息收入,3,元,",
    ]
    write(tmp_path / "in", "fund_statement_2024.csv", list_text(*lines))
    rows = taken(tmp_path / "in", tmp_path / "lake")
    assert [(row["account_name"], row["is_of_which"], row["parent_account_name"]) for row in rows] == [
        ("保险费收入", False, None),
        ("别的基金", False, None),
        ("集体扶持", True, "保险费收入"),
        ("财政代缴", True, "保险费收入"),
        ("利息收入", False, None),
    ]


QUARANTINED = [
    ("202413,150100,310100,决算,利息收入,1,元,累计", "period", "A2", "202413"),
    ("202402,150100,310100,决算,利息收入,1,元,", "measure_missing", "H2", ""),
    ("2024年1-3月,150100,310100,执行,利息收入,1,元,期间", "measure", "H2", "期间"),
    ("2024,1.501E+05,310100,决算,利息收入,1,元,", "area", "B2", "1.501E+05"),
    ("2024,,310100,决算,利息收入,1,元,", "area", "B2", ""),
    ("2024,150100,养老,决算,利息收入,1,元,", "fund", "C2", "养老"),
    ("2024,150100,310100,概算,利息收入,1,元,", "statement", "D2", "概算"),
    ("2024,150100,310100,决算,,1,元,", "account", "E2", ""),
    ("2024,150100,310100,决算,利息收入,,元,", "amount_missing", "F2", ""),
    ("2024,150100,310100,决算,利息收入,#REF!,元,", "amount", "F2", "#REF!"),
    ("2024,150100,310100,决算,利息收入,12E5,元,", "amount", "F2", "12E5"),
    ("2024,150100,310100,决算,利息收入,1,斤,", "unit", "G2", "斤"),
]


@pytest.mark.parametrize(("line", "code", "cell", "raw"), QUARANTINED)
def test_unusable_rows_are_quarantined_at_their_cell(tmp_path, line, code, cell, raw):
    write(tmp_path / "in", "fund_statement_2024.csv", list_text(line, GOOD_LINE))
    assert len(taken(tmp_path / "in", tmp_path / "lake")) == 1
    (row,) = lake_rows(tmp_path / "lake", "quarantine_row")
    assert (row["reason_code"], row["cell_ref"], row["raw_text"], row["row_number"]) == (code, cell, raw, 2)
    report = check_extracts(tmp_path / "in")
    assert report.status == "problems"
    assert f"第 2 行 {cell}" in report.render()


def test_rows_that_are_no_data_are_counted_apart(tmp_path):
    lines = [
        "某市基金收支情况,,,,,,,",
        HEADER,
        GOOD_LINE,
        HEADER,
        ",,,,,,,",
        "2024,150100,310100,决算,其他收入,×,元,",
        "合计,,,,,100,,",
        "填表人：某某,,,,,,,",
    ]
    write(tmp_path / "in", "fund_statement_2024.csv", "\n".join(lines))
    assert len(taken(tmp_path / "in", tmp_path / "lake")) == 1
    (file,) = lake_rows(tmp_path / "lake", "intake_file")
    assert (file["received_count"], file["quarantined_count"], file["non_data_count"]) == (1, 0, 7)
    assert file["received_yuan"] == Decimal("100.00")


def test_units_come_from_cell_column_header_or_are_yuan(tmp_path):
    lines = [
        "2024,150100,310100,决算,甲收入,1.5,亿元,",
        "2024,150100,310100,决算,乙收入,1.5万元,,",
        "2024,150100,310100,决算,丙收入,1.55,,",
    ]
    write(tmp_path / "in", "fund_statement_2024.csv", list_text(*lines))
    rows = taken(tmp_path / "in", tmp_path / "lake")
    assert [(row["amount_yuan"], row["unit_code"]) for row in rows] == [
        (Decimal("150000000.00"), "yi"),
        (Decimal("15000.00"), "wan"),
        (Decimal("1.55"), "yuan"),
    ]


def test_a_missing_column_is_named_even_where_the_file_name_says_the_period(tmp_path):
    write(
        tmp_path / "in",
        "fund_statement_202401.csv",
        list_text("150100,310100,决算,利息收入,1", header=HEADER[7 : 35 + 15]),
    )
    report = check_extracts(tmp_path / "in")
    assert report.status == "unreadable"
    assert "period（期间）" in report.files[0].first_reason


def test_excel_lists_keep_codes_and_decimals(tmp_path):
    header = HEADER.split(",")
    rows = [
        ["标题"],
        header,
        [202401, 150100, 310100, "执行", "利息收入", 1234.1, "万元", "累计"],
        [2024.1, 150100, 310100, "执行", "利息收入", 5, "万元", "累计"],
    ]
    workbook(tmp_path / "in" / "fund_statement_202401.xlsx", {"数据": rows})
    (row,) = taken(tmp_path / "in", tmp_path / "lake")
    assert (row["period_code"], row["admdvs"], row["amount_yuan"]) == (
        "202401",
        "150100",
        Decimal("12341000.00"),
    )
    assert (row["sheet_name"], row["cell_ref"]) == ("数据", "F3")
    (bad,) = lake_rows(tmp_path / "lake", "quarantine_row")
    assert "10 月" in bad["reason_zh"]


def test_parquet_lists_are_read(tmp_path):
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "fund_statement_2024.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select '2024' as period, '150100' as admdvs, '310100' as fund_code, 'final' as statement,"
            f" '利息收入' as account_name, 12.35::double as amount) to '{path}'"
        )
    assert [row["amount_yuan"] for row in taken(tmp_path / "in", tmp_path / "lake")] == [Decimal("12.35")]


def test_received_is_loaded_and_quarantined_in_rows_and_yuan(tmp_path):
    lines = [line for line, *_ in QUARANTINED] + [GOOD_LINE] * 3
    write(tmp_path / "in", "fund_statement_2024.csv", list_text(*lines))
    delivery = take_in(tmp_path / "in", tmp_path / "lake")
    assert delivery.delivery_no == 1
    (file,) = lake_rows(tmp_path / "lake", "intake_file")
    rows, quarantine = lake_rows(tmp_path / "lake"), lake_rows(tmp_path / "lake", "quarantine_row")
    assert file["received_count"] == len(rows) + len(quarantine) == 15
    loaded = sum(row["amount_yuan"] for row in rows)
    assert file["received_yuan"] == loaded + file["quarantined_yuan"]
    assert file["unreadable_amount_count"] == sum(row["amount_yuan"] is None for row in quarantine)


def test_year_and_month_in_two_columns_are_one_period(tmp_path):
    text = "年度,月份,统筹区,险种,报表,科目,金额,计量口径\n2024,9,150100,居民,执行,利息收入,1,累计\n2024年,12月,150100,居民,执行,利息收入,2,累计\n"
    write(tmp_path / "in", "fund_statement_2024.csv", text)
    assert [row["period_code"] for row in taken(tmp_path / "in", tmp_path / "lake")] == ["202409", "202412"]


def test_text_formulas_of_exports_are_unwrapped(tmp_path):
    write(
        tmp_path / "in",
        "fund_statement_2024.csv",
        list_text('2024,"=""150100""",310100,决算,利息收入,"=""1,234.50""",元,'),
    )
    (row,) = taken(tmp_path / "in", tmp_path / "lake")
    assert (row["admdvs"], row["amount_yuan"]) == ("150100", Decimal("1234.50"))


def test_halves_of_a_cent_round_away_from_zero_and_the_rest_is_kept(tmp_path):
    lines = [
        "2024,150100,310100,决算,甲收入,0.0000005,万元,",
        "2024,150100,310100,决算,乙收入,-0.0000005,万元,",
        "2024,150100,310100,决算,丙收入,1.001,元,",
    ]
    write(tmp_path / "in", "fund_statement_2024.csv", list_text(*lines))
    rows = taken(tmp_path / "in", tmp_path / "lake")
    assert [row["amount_yuan"] for row in rows] == [Decimal("0.01"), Decimal("-0.01"), Decimal("1.00")]
    (file,) = lake_rows(tmp_path / "lake", "intake_file")
    assert file["sub_cent_residual_yuan"] == Decimal("0.001000")


def test_an_odd_quote_swallows_no_rows(tmp_path):
    lines = ['2024,150100,310100,决算,"利息收入,1,元,', "2024,150100,310100,决算,其他收入,2,元,", GOOD_LINE]
    write(tmp_path / "in", "fund_statement_2024.csv", list_text(*lines))
    rows = taken(tmp_path / "in", tmp_path / "lake")
    assert [row["account_name"] for row in rows] == ["利息收入", "其他收入", "利息收入"]


def test_quarantine_keeps_what_of_the_row_could_be_read(tmp_path):
    lines = [
        "202413,150100,310100,决算,利息收入,1,元,",
        "202403,150100,390100,执行,利息收入,很多,元,累计",
        "2024,,不知道,预算,利息收入,3,元,",
    ]
    write(tmp_path / "in", "fund_statement_2024.csv", list_text(*lines))
    take_in(tmp_path / "in", tmp_path / "lake")
    rows = lake_rows(tmp_path / "lake", "quarantine_row")
    names = ["admdvs", "admdvs_name", "fund_code", "statement_code", "period_type", "period_code"]
    read = [tuple(row[name] for name in names) for row in sorted(rows, key=lambda row: row["row_number"])]
    assert read == [
        ("150100", None, "310100", "final", None, None),
        ("150100", None, "390100", "execution", "month", "202403"),
        (None, None, None, "budget", "year", "2024"),
    ]


def test_heads_months_and_shares_are_no_money(tmp_path):
    lines = [
        GOOD_LINE,
        "2024,150100,310100,决算,参保人数,31245,人,",
        "2024,150100,310100,决算,可支付月数,6.7,月,",
        "2024,150100,310100,决算,住院率(%),16.8,万元,",
        "2024,150100,310100,决算,住院情况,16.8%,,",
        "2024,150100,310100,决算,次均住院费用,5400,元,",
        "2024,150100,310100,决算,参保人数（人）,31245,,",
        "2024,150100,310100,决算,按规定标准补助,7,元,",
    ]
    write(tmp_path / "in", "fund_statement_2024.csv", list_text(*lines))
    rows = taken(tmp_path / "in", tmp_path / "lake")
    assert [row["account_name"] for row in rows] == ["利息收入", "按规定标准补助"]
    (file,) = lake_rows(tmp_path / "lake", "intake_file")
    assert (file["received_count"], file["quarantined_count"], file["non_data_count"]) == (2, 0, 7)
    (note,) = lake_rows(tmp_path / "lake", "intake_note")
    assert (note["note_code"], note["row_number"]) == ("not_money", 3)
    assert "6 行" in note["note_zh"] and "可支付月数" in note["note_zh"]


@pytest.mark.parametrize("label", ["口径", "数据口径"])
def test_the_values_of_a_column_named_basis_say_what_it_is(tmp_path, label):
    measure = f"期间,区划,险种,{label},报表类型,科目,金额\n202403,150100,310100,本年累计,执行,利息收入,1\n"
    statement = f"期间,区划,险种,{label},计量口径,科目,金额\n202403,150100,310100,执行,累计,利息支出,1\n"
    write(tmp_path / "in", "fund_statement_1.csv", measure)
    write(tmp_path / "in", "fund_statement_2.csv", statement)
    rows = taken(tmp_path / "in", tmp_path / "lake")
    assert [(row["measure_code"], row["statement_code"]) for row in rows] == [("ytd", "execution")] * 2


@pytest.mark.parametrize(
    ("header", "line", "asked"),
    [
        (HEADER.removesuffix(",measure"), "202403,150100,310100,执行,利息收入,1,元", "请加一列“计量口径”"),
        (HEADER, "202403,150100,310100,执行,利息收入,1,元,", "请在列“measure”中填"),
    ],
)
def test_a_list_that_never_says_its_measure_is_rejected_whole(tmp_path, header, line, asked):
    write(tmp_path / "in", "fund_statement_2024.csv", list_text(line, line, header=header))
    report = check_extracts(tmp_path / "in")
    assert report.files[0].status_code == "rejected"
    assert "2 行" in report.files[0].first_reason
    assert asked in report.files[0].first_reason
    take_in(tmp_path / "in", tmp_path / "lake")
    (file,) = lake_rows(tmp_path / "lake", "intake_file")
    assert (file["status_code"], file["received_count"], file["quarantined_count"]) == ("rejected", 0, 0)
    assert lake_rows(tmp_path / "lake", "quarantine_row") == []


def test_lists_read_together_are_read_as_each_by_itself(tmp_path):
    folder = tmp_path / "in"
    texts = {
        "of_which": list_text(
            "2024,150100,390100,决算,一、保险费收入,100.5,元,",
            "2024,150100,390100,决算,其中：个人缴费,60,元,",
        ),
        # the parent of the list before is not this one's
        "orphan": list_text("2024,150100,390100,决算,其中：个人缴费,60.25,万元,", "合计,,,,,60.25,,"),
        "faulty": list_text("2024,150100,310100,决算,利息收入,1２x,元,", "2024,,310100,决算,利息收入,5,元,"),
        "no_measure": list_text(
            "202401,150100,310100,决算,利息收入,1", header=HEADER.removesuffix(",unit,measure")
        ),
        "sides": list_text(
            "2024,150100,310100,决算,利息收入,7,元,,向上",
            "2024,150200,310100,决算,利息收入,×,元,,",
            header=f"{HEADER},side",
        ),
        "other_columns": "金额（万元）,期间,统筹区,险种,报表类型,科目,参保人数\n1.5,2024年,呼和浩特市,职工统筹,决算数,利息收入,3\n",
    }
    for name, text in texts.items():
        write(folder, f"fund_statement_{name}.csv", text)
    head = HEADER.split(",")
    good = GOOD_LINE.split(",")
    workbook(
        folder / "fund_statement_book.xlsx", {"甲": [head, good], "乙": [head, good, [*good[:5], "abc"]]}
    )
    sources = discover(folder)
    opened = [open_source(source) for source in sources]
    finish(opened)
    assert sum(len(open_source(source).waiting) for source in sources) == 8
    for source, together in zip(sources, opened, strict=True):
        alone = read_source(source)
        assert vars(together.parsed) == vars(alone), source.name
    by_name = {source.name: each.parsed for source, each in zip(sources, opened, strict=True)}
    book = by_name["fund_statement_book.xlsx"]
    assert book.rows.select(["record_no", "sheet_name"]).to_pylist() == [
        {"record_no": 1, "sheet_name": "甲"},
        {"record_no": 2, "sheet_name": "乙"},
    ]
    assert book.quarantine["cell_ref"].to_pylist() == ["F3"]
    assert by_name["fund_statement_of_which.csv"].rows["parent_account_name"].to_pylist() == [
        None,
        "保险费收入",
    ]
    assert by_name["fund_statement_orphan.csv"].rows["parent_account_name"].to_pylist() == [None]
    assert by_name["fund_statement_other_columns.csv"].rows["cell_ref"].to_pylist() == ["A2"]
    assert "计量口径" in (by_name["fund_statement_no_measure.csv"].rejected_reason or "")
