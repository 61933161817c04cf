"""Business feeds: what real extracts are like, and what each gets (the table of the data contract)."""

import datetime as dt
import threading
import zipfile
from decimal import Decimal

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest
from feed_tools import KEY, Lake, csv_text, feed, key_file, row, rows, write_feed  # noqa: F401

from shouzhi.errors import UserError
from shouzhi.intake import check_extracts, fingerprint, register, take_in
from shouzhi.intake.contract import business_feeds
from shouzhi.intake.feeds import feed_reading, parts, session, taking, text_tables
from shouzhi.intake.feeds.columns import lake_columns
from shouzhi.intake.feeds.pseudonym import load_key, pseudonym, pseudonym_sql


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(tmp_path)


def one_report(folder):
    report = check_extracts(folder)
    assert len(report.files) == 1
    return report.files[0]


def test_every_feed_has_its_typed_relation_in_an_empty_lake(lake):
    for code, each in business_feeds().items():
        with duckdb.connect() as connection:
            register(connection, lake.path)
            found = connection.execute(f"describe lake.{code}").fetchall()
        kinds = {name: kind.lower().replace(" ", "") for name, kind, *_ in found}
        assert kinds == lake_columns(each), code
        assert lake.ask(f"select count(*) from lake.{code}") == [(0,)]


@pytest.mark.parametrize("code", list(business_feeds()))
def test_every_feed_enters_the_lake(lake, code):
    report = lake.take(
        **{f"{code}_202401": rows(code, 3, admdvs="150100") if code in {"fund_asset"} else rows(code, 3)}
    )
    assert report.files[0].status_code == "loaded", report.render()
    expected = 1 if code in {"fund_asset", "fin_subsidy"} else 3
    assert lake.ask(f"select count(*) from lake.{code}") == [(expected,)]
    received, _, loaded, _, superseded, _, quarantined, _ = lake.control()
    assert (received, loaded, superseded, quarantined) == (3, expected, 3 - expected, 0)
    assert lake.ask(f"select distinct delivery_no, file_no from lake.{code}") == [(1, 1)]
    assert lake.ask(f"select sum(row_count) > 0 from lake.feed_month where feed_code = '{code}'") == [
        (None if code == "psn_insu_his_d" else True,)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_encodings(lake, encoding):
    folder = lake.folder()
    given = rows("fixmedins_b", 3, fixmedins_name="呼和浩特第一医院")
    write_feed(folder, "fixmedins_b_2024.csv", given, encoding)
    report = take_in(folder, lake.path).report
    assert report.status == "clean", report.render()
    assert lake.ask("select distinct fixmedins_name from lake.fixmedins_b") == [("呼和浩特第一医院",)]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_text_with_null_words_and_any_delimiter(lake, delimiter):
    folder = lake.folder()
    given = rows("setl_d", 4, fund_pay_sumamt="12.30", init_setl_id="null", dise_no="NULL")
    write_feed(folder, "SETL_D_202401_v2终稿.TXT", given, delimiter=delimiter)
    assert take_in(folder, lake.path).report.status == "clean"
    assert lake.ask("select sum(fund_pay_sumamt), count(init_setl_id), count(dise_no) from lake.setl_d") == [
        (Decimal("49.20"), 0, 0)
    ]


def test_chinese_and_upper_case_headers_in_any_order_and_unknown_columns(lake):
    folder = lake.folder()
    columns = {column.name: column.label for column in feed("setl_d").columns}
    given = [
        dict(reversed(list(each.items()))) | {"乱七八糟": "x"}
        for each in rows("setl_d", 2, fund_pay_sumamt="5")
    ]
    header = columns | {"setl_id": "SETL_ID", "psn_no": "人员编号 "}
    write_feed(folder, "setl_d_202401.csv", given, header=header)
    report = take_in(folder, lake.path).report
    assert report.status == "clean", report.render()
    assert "乱七八糟" in report.render()
    assert lake.ask("select count(*), sum(fund_pay_sumamt) from lake.setl_d") == [(2, Decimal("10.00"))]


def test_missing_required_columns_reject_the_file_and_the_rest_loads(lake):
    folder = lake.folder()
    bad = [
        {k: v for k, v in each.items() if k not in {"setl_time", "med_type"}} for each in rows("setl_d", 2)
    ]
    write_feed(folder, "setl_d_202401.csv", bad)
    write_feed(folder, "setl_d_202402.csv", rows("setl_d", 2, first=9))
    report = take_in(folder, lake.path).report
    assert report.exit_code == 1
    reason = next(each.first_reason for each in report.files if each.status_code == "rejected")
    assert "setl_time" in reason and "med_type" in reason and "医疗类别" in reason
    assert lake.ask("select count(*) from lake.setl_d") == [(2,)]
    assert lake.ask("select status_code, first_reason is not null from lake.intake_file order by 1") == [
        ("loaded", False),
        ("rejected", True),
    ]


def test_optional_columns_that_a_file_lacks_are_null(lake):
    lake.take(fixmedins_b_202401=rows("fixmedins_b", 1), setl_d_202401=rows("setl_d", 1))
    assert lake.ask("select aprv_bed_cnt, endtime from lake.fixmedins_b") == [(None, None)]
    assert lake.ask("select init_setl_id, balc from lake.setl_d") == [(None, None)]


def test_titles_totals_blank_tails_and_repeated_headers_are_no_data(lake):
    folder = lake.folder()
    given = rows("setl_d", 3, fund_pay_sumamt="100")
    lines = csv_text(given).splitlines()
    blank = "," * (len(given[0]) - 1)
    total = ["合 计", *["" for _ in list(given[0])[1:]]]
    total[list(given[0]).index("fund_pay_sumamt")] = "300"
    text = (
        "\n".join(
            ["某市结算明细,,", *lines[:3], lines[0], lines[3], ",".join(total), blank, "", blank, "合计"]
        )
        + "\n"
    )
    (folder / "setl_d_202401.csv").write_text(text, encoding="utf-8")
    report = take_in(folder, lake.path).report
    assert report.status == "clean", report.render()
    assert lake.ask("select count(*), sum(fund_pay_sumamt) from lake.setl_d") == [(3, Decimal("300.00"))]
    assert lake.ask("select received_count, non_data_count, received_yuan from lake.intake_file") == [
        (3, 7, Decimal("300.00"))
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1,234,567.89", "1234567.89"),
        ("１２３４．５０", "1234.50"),
        (" 12.30 ", "12.30"),
        ("\t12.30", "12.30"),
        ("(1,234.50)", "-1234.50"),
        ("-0.05", "-0.05"),
        ("￥5元", "5.00"),
        ("7", "7.00"),
        ("12345678901234.56", "12345678901234.56"),
    ],
)
def test_amounts_as_they_are_written(lake, written, read):
    lake.take(setl_d_202401=rows("setl_d", 1, fund_pay_sumamt=written))
    assert lake.ask("select fund_pay_sumamt from lake.setl_d") == [(Decimal(read),)]


@pytest.mark.parametrize("written", ["1,23.5", "abc", "1.5E+05", "#REF!", "12.3.4"])
def test_amounts_that_cannot_be_read_are_quarantined(lake, written):
    lake.take(setl_d_202401=[*rows("setl_d", 1, fund_pay_sumamt="10"), row("setl_d", 2, hifp_pay=written)])
    assert lake.ask("select count(*) from lake.setl_d") == [(1,)]
    found = lake.ask(
        "select row_number, column_name, reason_code, admdvs, period_code, raw_text from lake.quarantine_row"
    )
    assert found[0][:5] == (3, "hifp_pay", "amount", "150102", "202401")
    assert found[0][5] == written or "不显示" in found[0][5]


@pytest.mark.parametrize(
    "written",
    [
        "\t15010000000000000000000001",
        "'15010000000000000000000001",
        '="15010000000000000000000001"',
        "15010000000000000000000001  ",
        "１５０10000000000000000000001",
    ],
)
def test_long_numbers_with_guards_are_cleaned(lake, written):
    lake.take(setl_d_202401=rows("setl_d", 1, setl_id=written))
    assert lake.ask("select setl_id from lake.setl_d") == [("15010000000000000000000001",)]


def test_identifiers_in_scientific_notation_are_quarantined_without_showing_persons(lake):
    given = [
        row("setl_d", 1, setl_id="1.50102E+25"),
        row("setl_d", 2, psn_no="1.50102E+19"),
        row("setl_d", 3),
    ]
    report = lake.take(setl_d_202401=given)
    assert report.exit_code == 1
    found = lake.ask(
        "select row_number, cell_ref, column_name, reason_code, raw_text from lake.quarantine_row order by 1"
    )
    assert found == [
        (2, "A2", "setl_id", "lost_digits", "1.50102E+25"),
        (3, "C3", "psn_no", "lost_digits", None),
    ]
    assert "1.50102E+19" not in report.render()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("20240131", dt.datetime(2024, 1, 31)),
        ("2024/1/31", dt.datetime(2024, 1, 31)),
        ("2024/1/31 9:05", dt.datetime(2024, 1, 31, 9, 5)),
        ("2024-01-31 00:00:00", dt.datetime(2024, 1, 31)),
        ("2024-01-31T10:11:12", dt.datetime(2024, 1, 31, 10, 11, 12)),
        ("20240131101112", dt.datetime(2024, 1, 31, 10, 11, 12)),
        ("2024年1月31日", dt.datetime(2024, 1, 31)),
        ("2024.1.31", dt.datetime(2024, 1, 31)),
        ("45322", dt.datetime(2024, 1, 31)),
        ("45322.5", dt.datetime(2024, 1, 31, 12)),
        ("31-1月 -24", dt.datetime(2024, 1, 31)),
        ("31-JAN-24", dt.datetime(2024, 1, 31)),
    ],
)
def test_dates_as_they_are_written(lake, written, read):
    report = lake.take(setl_d_202401=rows("setl_d", 1, setl_time=written, begndate=written))
    assert report.status == "clean", report.render()
    assert lake.ask("select setl_time, begndate, event_month from lake.setl_d") == [
        (read, read.date(), "202401")
    ]


@pytest.mark.parametrize("written", ["2024-02-30", "20241301", "昨天", "0000-00-00", "", "99999999"])
def test_impossible_event_dates_are_quarantined(lake, written):
    lake.take(setl_d_202401=[*rows("setl_d", 1), row("setl_d", 2, setl_time=written, fund_pay_sumamt="9.5")])
    assert lake.ask("select count(*) from lake.setl_d") == [(1,)]
    found = lake.ask("select row_number, column_name, amount_yuan, period_code from lake.quarantine_row")
    assert found == [(3, "setl_time", Decimal("9.50"), "202401")]
    assert lake.control()[-2:] == (1, Decimal("9.50"))
    # the month that the file is named for bears it
    assert lake.ask("select event_month, quarantined_yuan from lake.feed_control") == [
        ("202401", Decimal("9.50"))
    ]


def test_optional_dates_that_cannot_be_read_stay_empty(lake):
    report = lake.take(psn_info_b_202401=rows("psn_info_b", 1, die_date="不详"))
    assert lake.ask("select die_date from lake.psn_info_b") == [(None,)]
    assert report.files[0].quarantined_count == 0
    assert "死亡日期（die_date）不是有效的日期" in report.render()


def test_no_key_and_no_amount_are_quarantined(lake):
    lake.take(
        setl_d_202401=[row("setl_d", 1, setl_id=""), row("setl_d", 2, fund_pay_sumamt=""), row("setl_d", 3)]
    )
    assert lake.ask("select row_number, reason_code from lake.quarantine_row order by 1") == [
        (2, "key_missing"),
        (3, "amount_missing"),
    ]
    assert lake.ask("select sum(unreadable_count) from lake.feed_control") == [(1,)]


def test_months_years_and_contributions_not_yet_collected(lake):
    given = [
        row(
            "staf_psn_clct_detl_d", 1, cashym="2024-03", clct_time="", accrym_begn="2024年2月", clct_flag="0"
        ),
        row("staf_psn_clct_detl_d", 2, cashym="202312", clct_time="2024-01-05"),
        row("staf_psn_clct_detl_d", 3, cashym="202413"),
    ]
    lake.take(staf_psn_clct_detl_d_202403=given)
    assert lake.ask("select event_month, cashym, accrym_begn from lake.staf_psn_clct_detl_d order by 1") == [
        ("202401", "202312", "202401"),
        ("202403", "202403", "202402"),
    ]
    assert lake.ask("select reason_code, raw_text from lake.quarantine_row") == [("month", "202413")]


def test_unit_in_the_header_or_above_it(lake):
    folder = lake.folder()
    given = rows("setl_d", 2, fund_pay_sumamt="1.23456", hifp_pay="2")
    write_feed(folder, "setl_d_202401.csv", given, header={"fund_pay_sumamt": "基金支付总额（万元）"})
    text = csv_text(rows("fund_asset", 1, admdvs="150100", fiscal_account="3.5"))
    (folder / "fund_asset_202401.csv").write_text("基金资产存放表,\n单位：万元,\n" + text, encoding="utf-8")
    take_in(folder, lake.path)
    assert lake.ask("select sum(fund_pay_sumamt), sum(hifp_pay) from lake.setl_d") == [
        (Decimal("24691.20"), Decimal("4.00"))
    ]
    assert lake.ask("select fiscal_account from lake.fund_asset") == [(Decimal("35000.00"),)]


def test_cells_beyond_the_header_are_quarantined_with_their_line(lake):
    folder = lake.folder()
    lines = csv_text(rows("setl_d", 3)).splitlines()
    text = "\n".join([lines[0], lines[1], "", lines[2] + ",1", lines[3]])
    (folder / "setl_d_202401.csv").write_text(text, encoding="utf-8")
    take_in(folder, lake.path)
    assert lake.ask("select row_number, reason_code from lake.quarantine_row") == [(4, "extra_cells")]
    assert lake.ask("select count(*) from lake.setl_d") == [(2,)]


def test_bytes_that_are_no_text_are_quarantined_with_their_line(lake):
    folder = lake.folder()
    data = csv_text(rows("fixmedins_b", 30, fixmedins_name="医院")).encode().split(b"\n")
    data[2] = data[2].replace("医".encode(), b"\xff")
    (folder / "fixmedins_b_2024.csv").write_bytes(b"\n".join(data))
    report = take_in(folder, lake.path).report
    assert report.exit_code == 1, report.render()
    assert lake.ask("select count(*) from lake.fixmedins_b") == [(29,)]
    assert lake.ask("select row_number, reason_code, raw_text from lake.quarantine_row") == [
        (3, "unreadable", None)
    ]
    assert lake.control()[:3] == (30, Decimal("0.00"), 29)


def test_line_ends_in_cells_keep_line_numbers_right(lake):
    folder = lake.folder()
    given = [row("fixmedins_b", 1, fixmedins_name="甲\n医院"), row("fixmedins_b", 2, fixmedins_code="")]
    write_feed(folder, "fixmedins_b_2024.csv", given)
    take_in(folder, lake.path)
    assert lake.ask("select row_number, cell_ref, reason_code from lake.quarantine_row") == [
        (4, "A4", "key_missing")
    ]


def test_the_pseudonym_is_the_hmac(lake):
    lake.take(setl_d_202401=rows("setl_d", 2, psn_no="15010219900101"))
    assert lake.ask("select distinct psn_no from lake.setl_d") == [(pseudonym(KEY, "15010219900101"),)]
    with duckdb.connect() as connection:
        for key in (b"k", KEY, bytes(64), bytes(range(100))):
            load_key(connection, key)
            for text in ("1", "150102199001011234", "中文", "x" * 200):
                sql = f"select {pseudonym_sql('?')} from hmac_key"
                assert connection.execute(sql, [text]).fetchone() == (pseudonym(key, text),)


def test_names_and_numbers_of_persons_never_enter_the_lake(lake):
    secrets = {
        "psn_no": "9988776655443322",
        "psn_name": "张三丰",
        "certno": "150102199001011234",
        "opter_name": "李经办",
        "crter_id": "op0042",
    }
    given = [row("setl_d", 1, **secrets), row("setl_d", 2, setl_time="坏的150102199001011234", **secrets)]
    report = lake.take(setl_d_202401=given)
    dump = repr(lake.ask("select * from lake.setl_d")) + repr(lake.ask("select * from lake.quarantine_row"))
    dump += report.render() + "".join(
        path.read_bytes().decode("latin-1") for path in lake.path.rglob("*") if path.is_file()
    )
    for secret in secrets.values():
        assert secret not in dump and secret.encode().decode("latin-1") not in dump, secret
    assert list(lake.path.glob(".*")) == []


def test_a_payment_to_a_person_hides_that_person_and_keeps_institutions(lake):
    given = [
        row("med_dfr_d", 1, dfr_obj="31", dfr_obj_code="H15010200001"),
        row("med_dfr_d", 2, dfr_obj="11", dfr_obj_code="150102199001"),
    ]
    lake.take(med_dfr_d_202401=given)
    assert lake.ask("select dfr_obj_code from lake.med_dfr_d order by dfr_obj desc") == [
        ("H15010200001",),
        (pseudonym(KEY, "150102199001"),),
    ]


def test_another_key_is_refused(lake, key_file):  # noqa: F811
    lake.take(setl_d_202401=rows("setl_d", 1))
    key_file.write_text("ff" * 32)
    with pytest.raises(UserError, match="密钥"):
        lake.take(setl_d_202402=rows("setl_d", 1, first=2))
    key_file.write_text("no key")
    with pytest.raises(UserError, match="损坏"):
        lake.take(setl_d_202402=rows("setl_d", 1, first=2))
    key_file.unlink()
    with pytest.raises(UserError, match="密钥"):
        lake.take(setl_d_202402=rows("setl_d", 1, first=2))
    assert lake.ask("select count(*) from lake.setl_d") == [(1,)]


def test_the_same_content_twice_has_no_effect(lake):
    lake.take(setl_d_202401=rows("setl_d", 3))
    before = fingerprint(lake.path)
    report = lake.take(setl_d_202401_again=rows("setl_d", 3))
    assert report.files[0].status_code == "known"
    assert fingerprint(lake.path) == before
    report = lake.take(
        setl_d_202402=rows("setl_d", 1, first=9), setl_d_202402_copy=rows("setl_d", 1, first=9)
    )
    assert sorted(each.status_code for each in report.files) == ["duplicate", "loaded"]


def test_the_latest_version_of_a_row_stands_whenever_it_comes(lake):
    old, new = "2024-02-01 00:00:00", "2024-03-01 00:00:00"
    lake.take(setl_d_202401=rows("setl_d", 3, fund_pay_sumamt="1", updt_time=old))
    months = dict(lake.ask("select event_month, fingerprint from lake.feed_month where feed_code = 'setl_d'"))
    lake.take(setl_d_202401_更正=rows("setl_d", 1, fund_pay_sumamt="5", updt_time=new))
    assert lake.ask("select sum(fund_pay_sumamt), count(*) from lake.setl_d") == [(Decimal("7.00"), 3)]
    changed = dict(
        lake.ask("select event_month, fingerprint from lake.feed_month where feed_code = 'setl_d'")
    )
    assert changed.keys() == months.keys() and changed != months
    # an old version that arrives late never stands
    lake.take(setl_d_202401_旧=rows("setl_d", 2, fund_pay_sumamt="9", updt_time="2024-01-20 00:00:00"))
    assert lake.ask("select sum(fund_pay_sumamt), count(*) from lake.setl_d") == [(Decimal("7.00"), 3)]
    assert lake.control() == (
        6,
        Decimal("26.00"),
        3,
        Decimal("7.00"),
        3,
        Decimal("19.00"),
        0,
        Decimal("0.00"),
    )
    assert lake.ask("select file_name, superseded_count from lake.intake_file order by delivery_no") == [
        ("setl_d_202401.csv", 1),
        ("setl_d_202401_更正.csv", 0),
        ("setl_d_202401_旧.csv", 2),
    ]


def test_a_row_moved_to_another_month_leaves_the_old_one(lake):
    lake.take(setl_d_202401=rows("setl_d", 2))
    lake.take(setl_d_202402=rows("setl_d", 1, setl_time="2024-02-03", updt_time="2024-03-01"))
    assert lake.ask("select event_month, count(*) from lake.setl_d group by 1 order by 1") == [
        ("202401", 1),
        ("202402", 1),
    ]
    assert lake.ask(
        "select event_month, row_count from lake.feed_month where feed_code = 'setl_d' order by 1"
    ) == [
        ("202401", 1),
        ("202402", 1),
    ]


def test_rows_of_one_rid_are_versions_of_one_row(lake):
    lake.take(setl_d_202401=[row("setl_d", 1, rid="R1"), row("setl_d", 2, rid="R1", updt_time="2024-05-01")])
    assert lake.ask("select count(*), max(setl_id) from lake.setl_d") == [(1, row("setl_d", 2)["setl_id"])]


def test_without_update_times_the_later_arrival_stands(lake):
    lake.take(medins_clr_sum_d_202401=rows("medins_clr_sum_d", 1, clr_ym="202401", act_dfr_amt="1"))
    lake.take(medins_clr_sum_d_202401_2=rows("medins_clr_sum_d", 1, clr_ym="202401", act_dfr_amt="2"))
    assert lake.ask("select act_dfr_amt from lake.medins_clr_sum_d") == [(Decimal("2.00"),)]


def test_only_a_full_file_replaces_its_area_and_period(lake):
    lake.take(
        setl_d_202401=[*rows("setl_d", 3), *rows("setl_d", 2, first=10, insu_admdvs="150202")],
        setl_d_202402=rows("setl_d", 2, first=20, setl_time="2024-02-02"),
    )
    lake.take(setl_d_202401_补=rows("setl_d", 1, first=30))
    assert lake.ask("select count(*) from lake.setl_d") == [(8,)]
    lake.take(setl_d_202401_全量=rows("setl_d", 2, updt_time="2023-01-01"))
    assert lake.ask(
        "select event_month, insu_admdvs, count(*) from lake.setl_d group by 1, 2 order by 1, 2"
    ) == [
        ("202401", "150102", 2),
        ("202401", "150202", 2),
        ("202402", "150102", 2),
    ]
    assert lake.control()[4] == 4


def test_replace_feeds_replace_by_group(lake):
    lake.take(
        fund_asset_202401=[
            row("fund_asset", 1, admdvs="150100", fiscal_account="1"),
            row("fund_asset", 1, admdvs="150200", fiscal_account="2"),
        ]
    )
    lake.take(fund_asset_202401=[row("fund_asset", 1, admdvs="150100", fiscal_account="7")])
    assert lake.ask("select admdvs, fiscal_account from lake.fund_asset order by 1") == [
        ("150100", Decimal("7.00")),
        ("150200", Decimal("2.00")),
    ]


def test_the_latest_snapshot_of_an_area_stands_and_older_ones_are_kept(lake):
    lake.take(
        psn_insu_d_202401=[*rows("psn_insu_d", 3), *rows("psn_insu_d", 2, first=10, insu_admdvs="150202")]
    )
    lake.take(psn_insu_d_202403=rows("psn_insu_d", 1, first=2))
    count = "select insu_admdvs, count(*) from lake.psn_insu_d group by 1 order by 1"
    assert lake.ask(count) == [("150102", 1), ("150202", 2)]
    # a snapshot of an earlier month that comes late does not stand
    lake.take(psn_insu_d_202402=rows("psn_insu_d", 3))
    assert lake.ask(count) == [("150102", 1), ("150202", 2)]
    assert len(list((lake.path / "psn_insu_d").glob("delivery=*"))) == 3
    assert lake.control()[4] == 6


def test_two_snapshots_in_one_delivery(lake):
    lake.take(psn_insu_d_202401=rows("psn_insu_d", 5), psn_insu_d_202402=rows("psn_insu_d", 4))
    assert lake.ask("select count(*), min(file_no) from lake.psn_insu_d") == [(4, 2)]


def test_enrolment_months_change_only_where_cover_changes(lake):
    spell = {"crt_insu_date": "2024-01-01", "paus_insu_date": "2024-03-31", "psn_insu_stas": "1"}
    months = "select event_month, fingerprint, row_count from lake.feed_month where feed_code = 'psn_insu_d'"
    first = [row("psn_insu_d", 1, **spell), row("psn_insu_d", 2, **spell | {"crt_insu_date": "2024-02-01"})]
    lake.take(psn_insu_d_202403=first)
    before = {month: print_ for month, print_, _ in lake.ask(months)}
    assert {month: count for month, _, count in lake.ask(months)} == {"202401": 1, "202402": 2, "202404": 0}
    lake.take(
        psn_insu_d_202404=[
            first[0],
            row("psn_insu_d", 2, **spell | {"crt_insu_date": "2024-02-01", "paus_insu_date": "2024-04-30"}),
        ]
    )
    after = {month: print_ for month, print_, _ in lake.ask(months)}
    assert after["202401"] == before["202401"] and after["202402"] != before["202402"]
    assert after["202404"] != before["202404"]


def test_a_workbook_of_several_sheets(lake):
    folder = lake.folder()
    book = openpyxl.Workbook()
    for index, sheet in enumerate([book.active, book.create_sheet("第二页")]):
        given = rows("setl_d", 2, first=1 + 10 * index, fund_pay_sumamt="1234.5")
        sheet.append(["结算明细"])
        sheet.append(list(given[0]))
        for each in given:
            values = dict(each)
            values["fund_pay_sumamt"] = 1234.5
            values["setl_time"] = dt.datetime(2024, 1, 31, 9, 5)
            sheet.append([values[name] for name in given[0]])
    book.create_sheet("说明").append(["只有文字"])
    hidden = book.create_sheet("隐藏")
    hidden.append(["x"])
    hidden.sheet_state = "hidden"
    bad = dict(rows("setl_d", 1, first=99)[0])
    bad["setl_id"] = 15010000000000000000
    book["第二页"].append(list(bad.values()))
    book.save(folder / "setl_d_202401.xlsx")
    report = take_in(folder, lake.path).report
    assert lake.ask("select count(*), sum(fund_pay_sumamt), max(setl_time) from lake.setl_d") == [
        (4, Decimal("4938.00"), dt.datetime(2024, 1, 31, 9, 5))
    ], report.render()
    assert lake.ask("select sheet_name, row_number, column_name, reason_code from lake.quarantine_row") == [
        ("第二页", 5, "setl_id", "lost_digits")
    ]
    assert "隐藏" in report.render()
    assert lake.control()[:1] == (5,)


def test_parquet_and_zip(lake):
    folder = lake.folder()
    given = rows("setl_d", 3, fund_pay_sumamt="2.5")
    path = write_feed(folder, "x.csv", given)
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select * replace (cast(fund_pay_sumamt as decimal(16, 2)) as fund_pay_sumamt,"
            " cast(setl_time as timestamp) as setl_time) from"
            f" read_csv('{path}', all_varchar = true)) to '{folder / 'setl_d_202401.parquet'}'"
        )
    path.unlink()
    with zipfile.ZipFile(folder / "二月.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        member = csv_text(rows("setl_d", 2, first=7, setl_time="2024-02-01", fund_pay_sumamt="1"))
        archive.writestr("数据/setl_d_202402.csv", member.encode("gb18030"))
    report = take_in(folder, lake.path).report
    assert report.status == "clean", report.render()
    assert lake.ask(
        "select event_month, count(*), sum(fund_pay_sumamt) from lake.setl_d group by 1 order by 1"
    ) == [
        ("202401", 3, Decimal("7.50")),
        ("202402", 2, Decimal("2.00")),
    ]


def test_nothing_is_written_by_check_and_the_report_names_files(lake, key_file):  # noqa: F811
    folder = lake.folder()
    key_file.unlink()
    write_feed(
        folder,
        "setl_d_202401.csv",
        [*rows("setl_d", 2, fund_pay_sumamt="1"), row("setl_d", 3, setl_time="x")],
    )
    found = one_report(folder)
    assert (found.parsed.received_count, found.parsed.loaded_count, found.quarantined_count) == (3, 2, 1)
    assert not lake.path.exists() and not key_file.exists()
    text = check_extracts(folder).render()
    assert "setl_d_202401.csv" in text and "第 4 行" in text and "结算时间" in text


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("setl_d_202401.csv", b"", "空"),
        ("setl_d_202401.csv", b"hello\nworld\n", "表头"),
        ("setl_d_202401.xlsx", b"not a workbook", "Excel"),
        ("setl_d_202401.parquet", b"PAR1broken", "Parquet"),
        ("setl_d_202401.pdf", b"%PDF-1.4", "格式"),
        ("setl_d_202401.zip", b"PK broken", "压缩包"),
    ],
)
def test_files_that_cannot_be_read_are_rejected_and_the_rest_loads(lake, name, data, word):
    folder = lake.folder()
    (folder / name).write_bytes(data)
    write_feed(folder, "setl_d_202402.csv", rows("setl_d", 1))
    report = take_in(folder, lake.path).report
    assert report.exit_code == 1
    assert word in "".join(each.first_reason or "" for each in report.files)
    assert lake.ask("select count(*) from lake.setl_d") == [(1,)]


def test_odd_quotes_do_not_swallow_rows(lake):
    folder = lake.folder()
    lines = csv_text(rows("fixmedins_b", 4, fixmedins_name="甲医院")).splitlines()
    lines[2] = lines[2].replace("甲医院", '"甲医院')
    (folder / "fixmedins_b_2024.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    take_in(folder, lake.path)
    assert lake.ask("select count(*), count(distinct fixmedins_name) from lake.fixmedins_b") == [(4, 1)]


@pytest.mark.parametrize("apart", [1, 2, 30])
@pytest.mark.parametrize("batch_bytes", [feed_reading.BATCH_BYTES, 2000])
def test_two_quotes_that_are_never_closed_do_not_swallow_the_rows_between_them(
    lake, monkeypatch, apart, batch_bytes
):
    monkeypatch.setattr(feed_reading, "BATCH_BYTES", batch_bytes)
    monkeypatch.setattr(text_tables, "CHUNK_BYTES", 500)
    folder = lake.folder()
    lines = csv_text(rows("fixmedins_b", 60, fixmedins_name="甲医院")).splitlines()
    for number in (10, 10 + apart):
        lines[number] = lines[number].replace("甲医院", '"甲医院')
    (folder / "fixmedins_b_2024.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_feed(folder, "fixmedins_b_2024_其他.csv", rows("fixmedins_b", 1, first=99))
    take_in(folder, lake.path)
    counts = "select file_name, received_count, quarantined_count from lake.intake_file order by file_no"
    assert lake.ask(counts) == [("fixmedins_b_2024.csv", 60, 0), ("fixmedins_b_2024_其他.csv", 1, 0)]
    told = lake.ask("select file_name, row_number from lake.intake_note where note_code = 'open_quote'")
    # two quotes in two pieces are one each, and swallow nothing
    assert told == [("fixmedins_b_2024.csv", 11)] or (batch_bytes == 2000 and told == [])
    assert lake.ask(
        "select count(*), count(distinct row_number) from lake.fixmedins_b where file_no = 1"
    ) == [(60, 60)]


def test_where_every_cell_is_quoted_a_quote_that_is_never_closed_refuses_the_file_and_names_its_line(lake):
    folder = lake.folder()
    lines = csv_text(rows("fixmedins_b", 9, fixmedins_name="甲医院")).splitlines()
    quoted = [",".join(f'"{cell}"' for cell in line.split(",")) for line in lines]
    for number in (3, 6):
        quoted[number] = quoted[number].replace('"甲医院"', '"甲医院')
    (folder / "fixmedins_b_2024.csv").write_text("\n".join(quoted) + "\n", encoding="utf-8")
    (torn,) = take_in(folder, lake.path).report.files
    assert torn.status_code == "rejected"
    assert "第 4 行有引号没有成对" in torn.first_reason


def test_line_ends_in_a_quoted_cell_are_no_rows(lake):
    folder = lake.folder()
    lines = csv_text(rows("fixmedins_b", 9, fixmedins_name="甲医院")).splitlines()
    lines[4] = lines[4].replace("甲医院", '"甲医院\n（东区），\n一、二"')
    (folder / "fixmedins_b_2024.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    take_in(folder, lake.path)
    assert lake.ask("select received_count, quarantined_count from lake.intake_file") == [(9, 0)]
    assert lake.ask("select * from lake.intake_note") == []


def test_many_months_in_one_file_become_one_part_each(lake):
    given = [row("setl_d", number, setl_time=f"2024-{1 + number % 12:02d}-03") for number in range(60)]
    lake.take(setl_d_2024=given)
    assert lake.ask("select count(*), count(distinct event_month) from lake.setl_d") == [(60, 12)]
    assert len(list((lake.path / "setl_d").rglob("2024*.parquet"))) == 12
    assert lake.ask("select count(distinct row_id) from lake.setl_d") == [(60,)]


def test_parts_keep_the_order_of_their_files_and_equal_input_gives_equal_bytes(tmp_path, monkeypatch):
    """Persons come and are missing, months alternate, two files share a month, a month has several row groups."""
    monkeypatch.setattr(parts, "ROW_GROUP_ROWS", 2000)
    given = [
        row("setl_d", number, psn_no=f"P{number % 97}", opter_id=f"U{number % 5}" if number % 3 else "")
        | {"setl_time": f"2024-0{1 + number % 2}-03 08:00:00"}
        for number in range(9000)
    ]
    files = {"setl_d_202401": given[:5000], "setl_d_202402": given[5000:]}
    found = []
    for name in ("one", "other"):
        lake = Lake(tmp_path / name)
        lake.take(**files)
        paths = sorted((lake.path / "setl_d").rglob("2024*.parquet"))
        months = ("202401", "202402")
        assert [each.name for each in paths] == [
            f"{month}-0-{cut}.parquet" for month in months for cut in range(5)
        ]
        for path in paths:
            order = pq.read_table(path, columns=["row_id"])["row_id"].to_pylist()
            assert len(order) == (500 if path.stem.endswith("-4") else 1000)
            assert order == sorted(order)
        found.append([path.read_bytes() for path in paths])
    assert found[0] == found[1]
    assert lake.ask("select count(*), count(opter_id), count(distinct psn_no) from lake.setl_d") == [
        (9000, 6000, 97)
    ]


def test_rows_out_of_order_are_an_error(lake, monkeypatch):
    taken = taking.take_batch

    def shuffled(connection, given, cores):
        result = taken(connection, given, cores)
        for part in result.parts:
            path = given.folder / part["path"]
            pq.write_table(pq.read_table(path)[::-1], path)
        return result

    monkeypatch.setattr(feed_reading, "take_batch", shuffled)
    with pytest.raises(AssertionError, match="not in the order of their file"):
        lake.take(setl_d_202401=rows("setl_d", 3))


def test_a_killed_run_leaves_nothing(lake):
    lake.take(setl_d_202401=rows("setl_d", 1))
    (lake.path / "setl_d" / "delivery=000002").mkdir()
    work = lake.path.parent / "work" / "intake"
    work.mkdir(parents=True)
    lake.take(setl_d_202402=rows("setl_d", 1, first=2))
    assert lake.ask("select count(*) from lake.setl_d") == [(2,)]
    assert not work.exists()


def test_a_damaged_header_is_told_and_never_skipped_for_a_repeated_one_below(tmp_path):
    given = csv_text(rows("setl_d", 6))
    header, *lines = given.splitlines()
    damaged = [header.replace("fund_pay_sumamt", "fund_pay_sumant"), *lines[:4], header, *lines[4:]]
    folder = tmp_path / "damaged"
    folder.mkdir()
    (folder / "setl_d_202401.csv").write_text("\n".join(damaged) + "\n", encoding="utf-8")
    report = check_extracts(folder)
    (only,) = report.files
    assert only.status_code == "rejected"
    assert "基金支付总额" in only.first_reason


@pytest.mark.parametrize("batch_bytes", [feed_reading.BATCH_BYTES, 4000])
def test_batches_that_are_read_side_by_side_give_the_same_lake(tmp_path, monkeypatch, batch_bytes):
    monkeypatch.setattr(feed_reading, "BATCH_BYTES", batch_bytes)
    monkeypatch.setattr(text_tables, "CHUNK_BYTES", 1000)
    files = {f"{code}_202401": rows(code, 3) for code in ("fee_list_d", "psn_insu_d", "med_dfr_d")}
    files |= {"setl_d_202401": rows("setl_d", 40), "setl_d_202402": rows("setl_d", 3, first=41)}
    found = []
    for readers in (1, 2):
        monkeypatch.setattr(session, "READERS", readers)
        (tmp_path / str(readers)).mkdir()
        box = Lake(tmp_path / str(readers))
        box.take(**files)
        paths = [path for path in box.path.rglob("*") if path.is_file()]
        found.append({path.relative_to(box.path).as_posix(): path.read_bytes() for path in paths})
    assert found[0] == found[1]
    assert (len([path for path in found[0] if path.startswith("setl_d/")]) > 4) == (batch_bytes == 4000)


def test_a_reader_without_a_feed_of_its_own_takes_batches_of_the_others(lake, monkeypatch):
    monkeypatch.setattr(feed_reading, "BATCH_BYTES", 4000)
    monkeypatch.setattr(text_tables, "CHUNK_BYTES", 1000)
    both, taken, threads = threading.Barrier(feed_reading.READERS), feed_reading.take_batch, set()

    def waiting(connection, given, cores):
        if threading.get_ident() not in threads:
            threads.add(threading.get_ident())
            both.wait(timeout=60)
        return taken(connection, given, cores)

    monkeypatch.setattr(feed_reading, "take_batch", waiting)
    lake.take(setl_d_202401=rows("setl_d", 40))
    assert len(threads) == feed_reading.READERS
    assert lake.ask("select count(*), count(distinct row_id) from lake.setl_d") == [(40, 40)]


def test_one_batch_alone_is_read_on_all_cores(lake, monkeypatch):
    taken, given_cores = feed_reading.take_batch, []

    def noted(connection, given, cores):
        given_cores.append(cores)
        return taken(connection, given, cores)

    monkeypatch.setattr(feed_reading, "take_batch", noted)
    lake.take(setl_d_202401=rows("setl_d", 3))
    assert given_cores == [session.CORES]


def test_what_one_feed_fails_of_leaves_nothing_of_the_others(lake, monkeypatch):
    whole = feed_reading.FeedReading.take

    def failing(self, connection, given, cores):
        if self.feed.feed == "fee_list_d":
            raise AssertionError("rows lost")
        return whole(self, connection, given, cores)

    monkeypatch.setattr(feed_reading.FeedReading, "take", failing)
    with pytest.raises(AssertionError, match="rows lost"):
        lake.take(setl_d_202401=rows("setl_d", 3), fee_list_d_202401=rows("fee_list_d", 3))
    assert not [path for path in lake.path.rglob("*") if path.is_file()]
