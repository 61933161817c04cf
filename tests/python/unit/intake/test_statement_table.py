import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from intake_tools import lake_rows, taken, two_sided, workbook, write

from shouzhi.intake import check_extracts

WAN = Decimal(10_000)


def by_cell(rows):
    return {row["cell_ref"]: row for row in rows}


def as_csv(rows):
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue()


@pytest.fixture(params=["xlsx", "merged", "csv", "gbk"])
def county(request, tmp_path):
    rows = two_sided()
    if request.param in {"xlsx", "merged"}:
        merges = {"居民": [(0, 0, 0, 5, rows[0][0])]} if request.param == "merged" else {}
        workbook(tmp_path / "in" / "fund_statement_2024.xlsx", {"居民": rows}, merges)
    else:
        encoding = "utf-8" if request.param == "csv" else "gb18030"
        write(tmp_path / "in", "fund_statement_2024.csv", as_csv(rows), encoding)
    return by_cell(taken(tmp_path / "in", tmp_path / "lake"))


def test_the_two_sided_table_is_read(county):
    first = county["B4"]
    assert (first["admdvs_name"], first["fund_code"], first["unit_code"]) == ("某县A", "390100", "wan")
    assert (first["period_code"], first["statement_code"], first["measure_code"]) == (
        "2023",
        "execution",
        "period",
    )
    assert (county["C4"]["period_code"], county["C4"]["statement_code"]) == ("2024", "budget")
    assert (first["account_name"], first["amount_yuan"]) == ("基本医疗保险费收入", 27362 * WAN)
    assert {row["precision_yuan"] for row in county.values()} == {Decimal("10000.00")}
    assert len(county) == 31


def test_halves_give_the_side_and_balances_keep_it(county):
    assert {county[cell]["side_code"] for cell in ("B4", "B8", "B11", "B12")} == {"income"}
    assert {county[cell]["side_code"] for cell in ("E4", "E10", "E11", "E12")} == {"expenditure"}
    assert county["E10"]["account_name"] == "本年收支结余"
    assert county["E10"]["amount_yuan"] == -231 * WAN
    assert (county["B8"]["account_name"], county["B12"]["account_name"]) == ("小计", "总计")


def test_of_which_lists_have_their_parent(county):
    assert "B5" not in county
    assert (county["B6"]["is_of_which"], county["B6"]["parent_account_name"]) == (True, "基本医疗保险费收入")
    assert (county["F6"]["is_of_which"], county["F6"]["parent_account_name"]) == (
        True,
        "基本医疗保险待遇支出",
    )
    assert county["B7"]["is_of_which"] is False


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": "二○二四年社会保险基金收支预算表"}, "险种"),
        ({"unit": ""}, "金额单位"),
        ({"unit": "单位：千元"}, "千元"),
        ({"office": ""}, "统筹区"),
    ],
)
def test_what_cannot_be_told_is_asked_for(tmp_path, change, reason):
    workbook(tmp_path / "in" / "fund_statement_2024.xlsx", {"Sheet1": two_sided(**change)})
    report = check_extracts(tmp_path / "in")
    assert report.status == "unreadable"
    assert reason in report.files[0].first_reason


def test_a_year_is_never_guessed_from_a_label_name(tmp_path):
    rows = two_sided(title="城乡居民基本医疗保险基金收支预算表")
    rows[2] = ["项目", "上年执行数", "本年预算数", "项目", "上年执行数", "本年预算数"]
    workbook(tmp_path / "in" / "fund_statement_2024.xlsx", {"居民": rows})
    assert "年份" in check_extracts(tmp_path / "in").files[0].first_reason


def test_one_bad_sheet_leaves_the_others(tmp_path):
    sheets = {"居民": two_sided(), "职工": two_sided(title="二○二四年基金收支预算表", unit="")}
    workbook(tmp_path / "in" / "基金收支表_2024.xlsx", sheets)
    assert {row["sheet_name"] for row in taken(tmp_path / "in", tmp_path / "lake")} == {"居民"}
    report = check_extracts(tmp_path / "in")
    assert report.status == "problems"
    assert "工作表“职工”" in report.render()


def test_sheet_name_tells_the_scheme_and_file_name_the_area(tmp_path):
    rows = two_sided(title="2024年基本医疗保险基金收支预算表", office="")
    workbook(tmp_path / "in" / "fund_statement_2024_包头市.xlsx", {"职工统筹": rows, "居民": rows})
    loaded = taken(tmp_path / "in", tmp_path / "lake")
    assert {(row["sheet_name"], row["fund_code"]) for row in loaded} == {
        ("职工统筹", "310100"),
        ("居民", "390100"),
    }
    assert {row["admdvs_name"] for row in loaded} == {"包头市"}
    assert len({row["record_no"] for row in loaded}) == len(loaded) == 62


def test_relative_columns_and_a_change_column(tmp_path):
    rows = [
        ["2024年职工基本医疗保险统筹基金收支预算表"],
        ["编报单位：内蒙古自治区呼和浩特市医疗保障局", "", "", "", "金额单位：元"],
        ["收入项目", "上年决算数", "本年预算数", "比上年增减%", "备注"],
        ["利息收入", 1.25, 2.5, 100, "说明文字"],
    ]
    workbook(tmp_path / "in" / "fund_statement_2024.xlsx", {"Sheet1": rows})
    loaded = by_cell(taken(tmp_path / "in", tmp_path / "lake"))
    assert [(row["period_code"], row["statement_code"]) for row in loaded.values()] == [
        ("2023", "final"),
        ("2024", "budget"),
    ]
    assert loaded["B4"]["admdvs_name"] == "呼和浩特市"
    assert loaded["B4"]["side_code"] == "income"


def test_monthly_table_has_two_measures(tmp_path):
    rows = [
        ["二○二四年九月职工基本医疗保险统筹基金收支情况表"],
        ["填报单位：", "包头市", "", "", "单位：", "万元"],
        ["收入", "", "", "", "支出", "", "", ""],
        ["项目", "年初预算", "本月数", "本年累计数", "项目", "年初预算", "本月数", "本年累计数"],
        ["利息收入", 12, 1, 9, "其他支出", 24, 2, 18],
    ]
    merges = {"S": [(2, 0, 2, 3, "收入"), (2, 4, 2, 7, "支出")]}
    workbook(tmp_path / "in" / "fund_statement_202409.xlsx", {"S": rows}, merges)
    loaded = by_cell(taken(tmp_path / "in", tmp_path / "lake"))
    facts = {
        cell: (row["period_code"], row["measure_code"], row["statement_code"]) for cell, row in loaded.items()
    }
    assert facts["B5"] == ("2024", "period", "budget")
    assert facts["C5"] == ("202409", "period", "execution")
    assert facts["H5"] == ("202409", "ytd", "execution")
    assert loaded["H5"]["side_code"] == "expenditure"


def test_one_half_after_the_other_takes_sides_from_rows(tmp_path):
    rows = [
        ["通辽市2024年城乡居民基本医疗保险基金收支决算表"],
        ["单位：万元"],
        ["项目", "决算数"],
        ["一、收入", ""],
        ["（一）基本医疗保险费收入", 10],
        ["   其中：集体扶持", 2],
        ["（二）利息收入", 1],
        ["合计", 11],
        ["二、支出", ""],
        ["（一）基本医疗保险待遇支出", 7],
        ["合计", 7],
        ["三、本年收支结余", 4],
        ["四、年末滚存结余", 40],
    ]
    write(tmp_path / "in", "fund_statement_2024.csv", as_csv(rows))
    loaded = by_cell(taken(tmp_path / "in", tmp_path / "lake"))
    assert [loaded[cell]["side_code"] for cell in ("B5", "B6", "B8", "B10", "B11", "B12", "B13")] == [
        "income",
        "income",
        "income",
        "expenditure",
        "expenditure",
        None,
        None,
    ]
    assert loaded["B6"]["parent_account_name"] == "基本医疗保险费收入"
    assert not any(loaded[cell]["is_of_which"] for cell in ("B5", "B7", "B10"))
    assert loaded["B5"]["admdvs_name"] == "通辽市"


def test_an_area_column_gives_each_row_its_area(tmp_path):
    rows = [
        ["2024年城乡居民基本医疗保险基金收支决算表"],
        ["单位：万元"],
        ["统筹区", "项目", "决算数"],
        ["150100", "利息收入", 1],
        ["", "其他收入", 2],
        ["包头市", "利息收入", 3],
    ]
    workbook(tmp_path / "in" / "fund_statement_2024.xlsx", {"Sheet1": rows})
    loaded = taken(tmp_path / "in", tmp_path / "lake")
    areas = {row["cell_ref"]: row["admdvs"] or row["admdvs_name"] for row in loaded}
    assert areas == {"C4": "150100", "C5": "150100", "C6": "包头市"}


def test_error_cells_and_amounts_without_an_item_are_quarantined(tmp_path):
    rows = two_sided()
    rows[6][1], rows[9][0] = "#REF!", ""
    rows[9][1] = 5
    workbook(tmp_path / "in" / "fund_statement_2024.xlsx", {"居民": rows})
    taken(tmp_path / "in", tmp_path / "lake")
    reasons = {row["cell_ref"]: row["reason_code"] for row in lake_rows(tmp_path / "lake", "quarantine_row")}
    assert reasons == {"B7": "amount", "B10": "account"}


def test_an_unclear_column_is_quarantined_and_the_rest_loads(tmp_path):
    rows = two_sided()
    rows[2] = ["项目", "上年数", "2024年预算数", "项目", "上年数", "2024年预算数"]
    workbook(tmp_path / "in" / "fund_statement_2024.xlsx", {"居民": rows})
    loaded = taken(tmp_path / "in", tmp_path / "lake")
    assert {row["statement_code"] for row in loaded} == {"budget"}
    assert {row["reason_code"] for row in lake_rows(tmp_path / "lake", "quarantine_row")} == {"column"}
    assert "上年数" in check_extracts(tmp_path / "in").render()


def test_two_tables_below_each_other(tmp_path):
    second = two_sided(title="二○二四年职工基本医疗保险基金收支预算表", office="", unit="")
    write(tmp_path / "in", "fund_statement_2024.csv", as_csv([*two_sided(), [], *second]))
    loaded = taken(tmp_path / "in", tmp_path / "lake")
    funds = [row["fund_code"] for row in loaded]
    assert (funds.count("390100"), funds.count("310000")) == (31, 31)
    assert {row["admdvs_name"] for row in loaded} == {"某县A"}


def test_scheme_columns(tmp_path):
    rows = [
        ["呼和浩特市2024年基本医疗保险基金收支决算表"],
        ["单位：万元"],
        ["项目", "合计", "职工基本医疗保险基金", "", "城乡居民基本医疗保险基金"],
        ["", "", "统筹基金", "个人账户", ""],
        ["利息收入", 6, 1, 2, 3],
    ]
    merges = {
        "S": [(2, 0, 3, 0, "项目"), (2, 1, 3, 1, "合计"), (2, 2, 2, 3, rows[2][2]), (2, 4, 3, 4, rows[2][4])]
    }
    workbook(tmp_path / "in" / "fund_statement_2024.xlsx", {"S": rows}, merges)
    loaded = by_cell(taken(tmp_path / "in", tmp_path / "lake"))
    funds = {cell: row["fund_code"] for cell, row in loaded.items()}
    assert funds["C5"] == "310100"
    assert funds["D5"] == "310200"
    assert funds["E5"] == "390100"


def loaded_facts(tmp_path, rows, name="fund_statement_2024.csv"):
    write(tmp_path / "in", name, as_csv(rows))
    loaded = taken(tmp_path / "in", tmp_path / "lake")
    return {
        row["cell_ref"]: (row["period_code"], row["measure_code"], row["statement_code"], row["fund_code"])
        for row in loaded
    }


def test_other_insurances_beside_are_not_read(tmp_path):
    rows = [
        ["二○二四年阿拉善盟社会保险基金收支预算总表"],
        ["单位：万元"],
        [
            "项目",
            "合计",
            "企业职工基本养老保险基金",
            "职工基本医疗保险基金",
            "城乡居民基本医疗保险基金",
            "工伤保险基金",
        ],
        ["一、收入", 100, 50, 30, 15, 5],
    ]
    facts = loaded_facts(tmp_path, rows)
    assert facts == {
        "D4": ("2024", "period", "budget", "310000"),
        "E4": ("2024", "period", "budget", "390100"),
    }
    assert check_extracts(tmp_path / "in").status == "clean"


def test_year_headers_number_rows_and_a_blank_item_header(tmp_path):
    rows = [
        ["通辽市城乡居民基本医疗保险基金收支表"],
        ["单位：万元"],
        ["", "2023年", "2024年", "", "2023年", "2024年"],
        ["", "执行数", "预算数", "", "执行数", "预算数"],
        ["栏次", "1", "2", "栏次", "3", "4"],
        ["利息收入", 10, 20, "其他支出", 30, 40],
    ]
    rows[2][0] = rows[2][3] = "项目"
    facts = loaded_facts(tmp_path, rows)
    assert facts["B6"] == ("2023", "period", "execution", "390100")
    assert facts["F6"] == ("2024", "period", "budget", "390100")
    assert len(facts) == 4


def test_same_period_of_last_year_and_a_quarter(tmp_path):
    rows = [
        ["2024年1-9月城乡居民基本医疗保险基金收支情况表"],
        ["填报单位：乌海市", "单位：万元"],
        ["项目", "本年累计", "上年同期累计", "同比增减额", "增长%"],
        ["利息收入", 1, 2, -1, -50],
    ]
    facts = loaded_facts(tmp_path, rows)
    assert facts == {
        "B4": ("202409", "ytd", "execution", "390100"),
        "C4": ("202309", "ytd", "execution", "390100"),
    }


def test_a_bare_amount_of_a_month_asks_for_the_measure(tmp_path):
    rows = [
        ["乌海市2024年9月城乡居民基本医疗保险基金收支情况表"],
        ["单位：万元"],
        ["项目", "金额"],
        ["利息收入", 1],
    ]
    write(tmp_path / "in", "fund_statement_202409.csv", as_csv(rows))
    reason = check_extracts(tmp_path / "in").files[0].first_reason
    assert "当期数还是累计数" in reason
    assert "险种" not in reason


def test_a_numbered_list_of_which_ends_at_its_own_indent(tmp_path):
    rows = [
        ["呼和浩特市2024年城乡居民基本医疗保险基金预算表"],
        ["单位：万元"],
        ["项目", "2024年预算数"],
        ["   1、基本医疗保险费收入", 10],
        ["      其中：1.财政为困难人员代缴", 1],
        ["            2.集体扶持", 2],
        ["   2、利息收入", 1],
    ]
    write(tmp_path / "in", "fund_statement_2024.csv", as_csv(rows))
    loaded = taken(tmp_path / "in", tmp_path / "lake")
    assert [row["is_of_which"] for row in loaded] == [False, True, True, False]
    assert {row["parent_account_name"] for row in loaded} == {None, "基本医疗保险费收入"}


def test_heads_and_months_in_a_table_are_no_money(tmp_path):
    rows = two_sided()
    rows[10:10] = [["参保人数（人）", 31245, 31300, "可支付月数", 5.4, "5.6个月"]]
    workbook(tmp_path / "in" / "fund_statement_2024.xlsx", {"居民": rows})
    taken_rows = by_cell(taken(tmp_path / "in", tmp_path / "lake"))
    assert len(taken_rows) == 31 and not {"B11", "E11", "F11"} & set(taken_rows)
    assert lake_rows(tmp_path / "lake", "quarantine_row") == []
    assert "not_money" in {note["note_code"] for note in lake_rows(tmp_path / "lake", "intake_note")}


_COLUMNS = ["2024年执行数", "2025年预算数"]
_DATA = [
    ["一、财政补贴收入", 100, 110, "一、基本医疗保险待遇支出", 90, 95],
    ["本年收入合计", 100, 110, "本年支出合计", 90, 95],
]


def _two_header_rows(upper: list[str], lower: list[str], unit: str = "单位：万元") -> list[list[object]]:
    return [
        ["2025年城乡居民基本医疗保险基金收支预算表"],
        ["编报单位：某县A医疗保障局"],
        [unit],
        upper,
        lower,
        *_DATA,
    ]


_ITEM_LOWER = ["项目", *_COLUMNS, "项目", *_COLUMNS]
_AMOUNT_LOWER = ["", *_COLUMNS, "", *_COLUMNS]
_WITH_ITEMS = [(3, 0, 4, 0, "项 目"), (3, 3, 4, 3, "项 目")]
_UPPER_HEADERS = {
    "halves_merged": ([""] * 6, _AMOUNT_LOWER, [*_WITH_ITEMS, (3, 1, 3, 2, "收入"), (3, 4, 3, 5, "支出")]),
    "halves_repeated": (["项目", "收入", "收入", "项目", "支出", "支出"], _AMOUNT_LOWER, []),
    "halves_once": (["项目", "收入", "", "项目", "支出", ""], _AMOUNT_LOWER, []),
    "items_merged": (
        [""] * 6,
        _ITEM_LOWER,
        [(3, 0, 3, 2, "收入项目"), (3, 3, 3, 5, "支出项目")],
    ),
    "items_repeated": (["收入项目"] * 3 + ["支出项目"] * 3, _ITEM_LOWER, []),
    "amount_merged": (
        [""] * 6,
        _AMOUNT_LOWER,
        [*_WITH_ITEMS, (3, 1, 3, 2, "金额"), (3, 4, 3, 5, "金额")],
    ),
    "unit_merged": (
        [""] * 6,
        _AMOUNT_LOWER,
        [*_WITH_ITEMS, (3, 1, 3, 2, "单位：万元"), (3, 4, 3, 5, "单位：万元")],
    ),
    "line_over_halves": ([""] * 6, _ITEM_LOWER, [(3, 0, 3, 2, "收  入"), (3, 3, 3, 5, "支  出")]),
    "line_repeated": (["收  入"] * 3 + ["支  出"] * 3, _ITEM_LOWER, []),
    "line_once": (["收  入", "", "", "支  出", "", ""], _ITEM_LOWER, []),
}


@pytest.mark.parametrize("name", list(_UPPER_HEADERS))
def test_an_upper_header_row_does_not_disturb(tmp_path: Path, name: str) -> None:
    upper, lower, merges = _UPPER_HEADERS[name]
    unit = "" if name == "unit_merged" else "单位：万元"
    path = tmp_path / "in" / "fund_statement_2025.xlsx"
    workbook(path, {"居民": _two_header_rows(upper, lower, unit)}, {"居民": merges})
    rows = taken(tmp_path / "in", tmp_path / "lake")
    read = {
        (
            row["cell_ref"],
            row["side_code"],
            row["period_code"],
            row["statement_code"],
            int(row["amount_yuan"]),
        )
        for row in rows
    }
    assert len(rows) == 8
    assert ("B6", "income", "2024", "execution", 1_000_000) in read
    assert ("C7", "income", "2025", "budget", 1_100_000) in read
    assert ("E6", "expenditure", "2024", "execution", 900_000) in read
    assert ("F7", "expenditure", "2025", "budget", 950_000) in read


def test_income_and_expenditure_groups_beside_one_item_column_are_refused(tmp_path: Path) -> None:
    rows = _two_header_rows(["项目", "收入", "", "支出", ""], ["", *_COLUMNS, *_COLUMNS])[:5]
    rows.append(["某项", 1, 2, 3, 4])
    workbook(tmp_path / "fund_statement_2025.xlsx", {"居民": rows})
    (report,) = check_extracts(tmp_path).files
    assert report.status_code == "rejected"
    assert "共用一个“项目”栏" in (report.first_reason or "")


def test_a_refused_header_names_the_row_tried_and_the_word(tmp_path: Path) -> None:
    rows = [["2025年城乡居民基本医疗保险基金收支预算表"], ["项目", "增减额", "备注"], ["利息收入", 1, 2]]
    workbook(tmp_path / "fund_statement_2025.xlsx", {"居民": rows})
    (report,) = check_extracts(tmp_path).files
    assert report.status_code == "rejected"
    assert "第 2 行" in (report.first_reason or "")
    assert "“增减额”" in (report.first_reason or "")


def test_quarantine_of_a_table_keeps_what_could_be_read(tmp_path: Path) -> None:
    rows = two_sided()
    rows[3][1] = "约两亿"
    workbook(tmp_path / "in" / "fund_statement_2024.xlsx", {"居民": rows})
    taken(tmp_path / "in", tmp_path / "lake")
    (bad,) = lake_rows(tmp_path / "lake", "quarantine_row")
    assert (bad["admdvs_name"], bad["fund_code"]) == ("某县A", "390100")
    assert (bad["statement_code"], bad["period_type"], bad["period_code"]) == ("execution", "year", "2023")
