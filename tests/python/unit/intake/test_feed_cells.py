"""One cell at a time: how amounts, dates, months, identifiers and flags are written in real extracts of the feeds.

All cases of a column lie in one file of one row each, delivered once; each case is then looked up by its line.
"""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from habit_tools import clean_row, deliver, native, pseudonym, put_workbook, relation, standing, text_table

QUARANTINED = "quarantined"
# without a value: quarantined where the row cannot be used without it (key, month of the event), else empty
BLANK = "blank"
ESSENTIAL = {
    ("setl_d", "setl_id"),
    ("setl_d", "setl_time"),
    ("medins_clr_sum_d", "clr_ym"),
    ("fund_asset", "period"),
}

AMOUNTS: dict[str, Any] = {
    "12": "12.00",
    "12.3": "12.30",
    ".5": "0.50",
    "0": "0.00",
    "-12.30": "-12.30",
    "+12.30": "12.30",
    "12.300000": "12.30",
    "12.299999999999999": "12.30",
    "12.345": "12.35",
    "-12.345": "-12.35",
    "1,234,567.80": "1234567.80",
    "-1,234.50": "-1234.50",
    "１２３４．５６": "1234.56",
    "１，２３４．５６": "1234.56",
    "－12.30": "-12.30",
    "−12.30": "-12.30",
    "(12.30)": "-12.30",
    "（1,234.00）": "-1234.00",
    " 12.30 ": "12.30",
    "12.30　": "12.30",
    "12.30\u00a0": "12.30",
    "\t12.30": "12.30",
    "12.30\t": "12.30",
    "'12.30": "12.30",
    "￥12.30": "12.30",
    "12.30元": "12.30",
    "123456789012.34": "123456789012.34",
    "": QUARANTINED,
    "null": QUARANTINED,
    "   ": QUARANTINED,
    "abc": QUARANTINED,
    "12,34.5": QUARANTINED,
    "1.2.3": QUARANTINED,
    "1.5E+05": QUARANTINED,
    "1e5": QUARANTINED,
    "#REF!": QUARANTINED,
    "99999999999999999999": QUARANTINED,
    "NaN": QUARANTINED,
    "Infinity": QUARANTINED,
}

MOMENTS: dict[str, Any] = {
    "20240131": dt.datetime(2024, 1, 31),
    "2024-01-31": dt.datetime(2024, 1, 31),
    "2024/1/31": dt.datetime(2024, 1, 31),
    "2024/01/31": dt.datetime(2024, 1, 31),
    "2024-1-31": dt.datetime(2024, 1, 31),
    "2024.1.31": dt.datetime(2024, 1, 31),
    "2024.01.31": dt.datetime(2024, 1, 31),
    "2024年1月31日": dt.datetime(2024, 1, 31),
    "2024-01-31 00:00:00": dt.datetime(2024, 1, 31),
    "2024-01-31 08:05:30": dt.datetime(2024, 1, 31, 8, 5, 30),
    "2024-01-31T08:05:30": dt.datetime(2024, 1, 31, 8, 5, 30),
    "2024-01-31 08:05:30.0": dt.datetime(2024, 1, 31, 8, 5, 30),
    "2024-01-31 08:05:30.123": dt.datetime(2024, 1, 31, 8, 5, 30, 123000),
    "2024/1/31 8:05": dt.datetime(2024, 1, 31, 8, 5),
    "2024/1/31 8:05:30": dt.datetime(2024, 1, 31, 8, 5, 30),
    "2024-01-31  08:05:30": dt.datetime(2024, 1, 31, 8, 5, 30),
    "2024年1月31日 08:05:30": dt.datetime(2024, 1, 31, 8, 5, 30),
    "20240131080530": dt.datetime(2024, 1, 31, 8, 5, 30),
    "20240131 08:05:30": dt.datetime(2024, 1, 31, 8, 5, 30),
    "45322": dt.datetime(2024, 1, 31),
    "45322.0": dt.datetime(2024, 1, 31),
    "45322.5": dt.datetime(2024, 1, 31, 12),
    "20240131.0": dt.datetime(2024, 1, 31),
    "２０２４－０１－３１": dt.datetime(2024, 1, 31),
    " 2024-01-31 ": dt.datetime(2024, 1, 31),
    "\t2024-01-31": dt.datetime(2024, 1, 31),
    "'2024-01-31": dt.datetime(2024, 1, 31),
    "2024-02-29": dt.datetime(2024, 2, 29),
    "2091-01-01": dt.datetime(2091, 1, 1),
    "": BLANK,
    "null": BLANK,
    "2024-02-30": QUARANTINED,
    "2023-02-29": QUARANTINED,
    "20240230": QUARANTINED,
    "2024/13/01": QUARANTINED,
    "20241301": QUARANTINED,
    "0000-00-00": BLANK,
    "0000-00-00 00:00:00": BLANK,
    "2024年2月30日": QUARANTINED,
    "2024-01-31 25:00:00": QUARANTINED,
    "20240131250000": QUARANTINED,
    "240131": QUARANTINED,
    "202401": QUARANTINED,
    "0.5": QUARANTINED,
    "12": QUARANTINED,
    "一月三十一日": QUARANTINED,
    "4.5322E+04": QUARANTINED,
}

MONTHS: dict[str, Any] = {
    "202401": "202401",
    "202401.0": "202401",
    "2024-01": "202401",
    "2024/1": "202401",
    "2024.01": "202401",
    "2024年1月": "202401",
    "2024年01月": "202401",
    "2024-01-01": "202401",
    "2024/1/1": "202401",
    "2024-01-01 00:00:00": "202401",
    "20240101": "202401",
    "45292": "202401",
    "２０２４０１": "202401",
    " 202401 ": "202401",
    "'202401": "202401",
    "202413": QUARANTINED,
    "202400": QUARANTINED,
    "2024-13": QUARANTINED,
    "2024年13月": QUARANTINED,
    "2024": QUARANTINED,
    "": BLANK,
}

PERIODS: dict[str, Any] = {
    "2024": "2024",
    "2024年": "2024",
    "2024年度": "2024",
    "2025.0": "2025",
    "202401": "202401",
    "2024-02": "202402",
    "2024年3月": "202403",
    "2024Q1": "2024Q1",
    "2024q2": "2024Q2",
    "2024年第三季度": "2024Q3",
    "2024年4季度": "2024Q4",
    "2024H1": "2024H1",
    "2024年下半年": "2024H2",
    "202413": QUARANTINED,
    "2024Q5": QUARANTINED,
    "去年": QUARANTINED,
    "": BLANK,
}

IDENTIFIERS: dict[str, Any] = {
    "150104196512": "150104196512",
    "00123": "00123",
    "\t150104": "150104",
    "'150104": "150104",
    '="0150104"': "0150104",
    "150104.0": "150104",
    "１５０１０４": "150104",
    "Ｓ００１": "S001",
    " S1 ": "S1",
    "S-1/2": "S-1/2",
    "a1B2": "a1B2",
    "H15E": "H15E",
    "0": "0",
    "1.50104E+17": QUARANTINED,
    "1.5e+17": QUARANTINED,
    "1.50104E17": QUARANTINED,
    "１．５Ｅ＋１７": QUARANTINED,
    " 1.5E+17": QUARANTINED,
    "'1.5E+17": QUARANTINED,
    "": BLANK,
    "null": BLANK,
}

PERSONS: dict[str, Any] = dict.fromkeys(
    (
        "150104000000001",
        "\t150104000000001",
        "150104000000001\t",
        "'150104000000001",
        '="150104000000001"',
        " 150104000000001 ",
        "150104000000001\u3000",
        "１５０１０４００００００００１",
    ),
    "150104000000001",
) | {"1.50104E+14": QUARANTINED}

OPTIONAL: dict[str, Any] = {
    "E1": "E1",
    "": None,
    "null": None,
    "NULL": None,
    "Null": None,
    "(null)": None,
    " ": None,
    "\\N": None,
    "1.5E+17": QUARANTINED,
}

CODES: dict[str, Any] = {
    "310": "310",
    "310.0": "310",
    " 310": "310",
    "３１０": "310",
    "'310": "310",
    "0310": "0310",
    "9999": "9999",
}

RATIOS: dict[str, Any] = {
    "0.065": "0.065000",
    "6.5%": "0.065000",
    "６.５％": "0.065000",
    "1": "1.000000",
    ".08": "0.080000",
    "0.0650000001": "0.065000",
}

FLAGS: dict[str, Any] = {"0": "0", "1": "1", "1.0": "1", " 1 ": "1", "１": "1", "7": "7"}

YEARS: dict[str, Any] = {
    "2024": "2024",
    "2024.0": "2024",
    "2024年": "2024",
    "2024年度": "2024",
    "２０２４": "2024",
    "202401": "2024",
}

COLUMNS = {
    ("setl_d", "fund_pay_sumamt"): AMOUNTS,
    ("setl_d", "setl_time"): MOMENTS,
    ("setl_d", "mdtrt_id"): IDENTIFIERS,
    ("setl_d", "setl_id"): IDENTIFIERS,
    ("setl_d", "psn_no"): PERSONS,
    ("setl_d", "emp_no"): OPTIONAL,
    ("setl_d", "insutype"): CODES,
    ("setl_d", "vali_flag"): FLAGS,
    ("setl_d", "year"): YEARS,
    ("setl_d", "pool_prop_selfpay"): RATIOS,
    ("setl_d", "begndate"): MOMENTS,
    ("staf_psn_clct_detl_d", "accrym_begn"): MONTHS,
    ("medins_clr_sum_d", "clr_ym"): MONTHS,
    ("psn_info_b", "brdy"): MOMENTS,
    ("fund_asset", "period"): PERIODS,
}
CASES = [(feed, column, text) for (feed, column), cases in COLUMNS.items() for text in cases]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory) -> dict[tuple[str, str], dict[int, Any]]:
    """What became of each line, by feed and column: the value in the lake or that it is quarantined."""
    found: dict[tuple[str, str], dict[int, Any]] = {}
    for (feed, column), cases in COLUMNS.items():
        folder = tmp_path_factory.mktemp(f"{feed}_{column}")
        rows = [clean_row(feed, number, **{column: text}) for number, text in enumerate(cases, start=1)]
        if feed == "fund_asset":
            rows = [{**row, "admdvs": str(150000 + number)} for number, row in enumerate(rows)]
        deliver(folder / "in", folder / "lake", {f"{feed}_2024.csv": text_table(rows)})
        lines: dict[int, Any] = {row["row_number"]: row[column] for row in standing(folder / "lake", feed)}
        for row in relation(folder / "lake", "quarantine_row"):
            assert row["row_number"] not in lines
            assert row["column_name"] and row["reason_zh"]
            lines[row["row_number"]] = QUARANTINED
        found[feed, column] = lines
    return found


@pytest.mark.parametrize(("feed", "column", "text"), CASES, ids=[f"{f}-{c}-{t!r}" for f, c, t in CASES])
def test_a_cell(outcomes, feed, column, text):
    cases = COLUMNS[feed, column]
    wanted = cases[text]
    if wanted == BLANK:
        wanted = QUARANTINED if (feed, column) in ESSENTIAL else None
    line = 2 + list(cases).index(text)
    lines = outcomes[feed, column]
    if column == "setl_id" and wanted != QUARANTINED and line not in lines:
        # two ways of writing one key are one settlement: the last stands
        line = 2 + max(index for index, other in enumerate(cases.values()) if other == wanted)
    assert line in lines, "neither loaded nor quarantined"
    if wanted == QUARANTINED or wanted is None:
        assert lines[line] == wanted
    elif cases is AMOUNTS or cases is RATIOS:
        assert lines[line] == Decimal(wanted)
    elif cases is MOMENTS:
        assert lines[line] == (wanted if column == "setl_time" else wanted.date())
    elif cases is PERSONS:
        assert lines[line] == pseudonym(wanted)
    else:
        assert lines[line] == wanted


def test_an_impossible_date_in_an_optional_column_is_emptied_and_told(tmp_path):
    rows = [
        clean_row("psn_insu_d", 1, paus_insu_date="2024-02-30"),
        clean_row("psn_insu_d", 2, paus_insu_date="9999-12-31"),
        clean_row("psn_insu_d", 3, paus_insu_date="null"),
    ]
    deliver(tmp_path / "in", tmp_path / "lake", {"psn_insu_d_2024.csv": rows})
    found = [(row["row_number"], row["paus_insu_date"]) for row in standing(tmp_path / "lake", "psn_insu_d")]
    assert found == [(2, None), (3, dt.date(9999, 12, 31)), (4, None)]
    notes = [row["note_zh"] for row in relation(tmp_path / "lake", "intake_note")]
    assert any("暂停参保日期" in note or "paus_insu_date" in note for note in notes)


def test_money_of_a_quarantined_row_is_counted(tmp_path):
    rows = [
        clean_row("setl_d", 1, setl_time="2024-02-30", fund_pay_sumamt="-1,000.50"),
        clean_row("setl_d", 2, fund_pay_sumamt="200.25"),
        clean_row("setl_d", 3, fund_pay_sumamt="无"),
    ]
    (record,) = deliver(tmp_path / "in", tmp_path / "lake", {"setl_d_202401.csv": rows})
    assert (record["received_count"], record["quarantined_count"]) == (3, 2)
    assert (record["received_yuan"], record["quarantined_yuan"]) == (Decimal("-800.25"), Decimal("-1000.50"))
    assert record["unreadable_amount_count"] == 1
    kept = relation(tmp_path / "lake", "quarantine_row", "row_number")
    assert [(row["row_number"], row["amount_yuan"]) for row in kept] == [(2, Decimal("-1000.50")), (4, None)]
    assert kept[0]["admdvs"] == "150102"


def test_cells_of_a_workbook(tmp_path: Path):
    rows = [clean_row("setl_d", number) for number in range(1, 5)]
    names = list(rows[0])
    cells = [native("setl_d", row, names) for row in rows]
    at = {name: names.index(name) for name in names}
    cells[0][at["setl_time"]] = 45322.25
    cells[0][at["insu_admdvs"]] = 150102
    cells[0][at["insutype"]] = 310
    cells[1][at["mdtrt_id"]] = 150104196512308888
    cells[2][at["mdtrt_id"]] = 150104196512
    cells[2][at["fund_pay_sumamt"]] = 0.1 + 0.2
    cells[3][at["setl_time"]] = "2024年1月31日"
    cells[3][at["fund_pay_sumamt"]] = "１,２３４.５０"
    put_workbook(tmp_path / "in" / "setl_d_202401.xlsx", {"一": [["标题"], names, *cells]})
    deliver(tmp_path / "in", tmp_path / "lake", {})
    first, third, fourth = standing(tmp_path / "lake", "setl_d")
    assert (first["setl_time"], first["insu_admdvs"], first["insutype"]) == (
        dt.datetime(2024, 1, 31, 6),
        "150102",
        "310",
    )
    assert (third["mdtrt_id"], third["fund_pay_sumamt"]) == ("150104196512", Decimal("0.30"))
    assert (fourth["setl_time"], fourth["fund_pay_sumamt"]) == (dt.datetime(2024, 1, 31), Decimal("1234.50"))
    (bad,) = relation(tmp_path / "lake", "quarantine_row")
    assert (bad["sheet_name"], bad["row_number"]) == ("一", 4)
