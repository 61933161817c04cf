"""Deliveries of the business feeds over time: merge, replace, snapshot, what stays, what is counted, what changed."""

import hashlib
import json
import random
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from habit_tools import (
    FEEDS,
    Row,
    assert_conserved,
    clean_row,
    clean_rows,
    deliver,
    expected,
    loaded,
    put,
    put_rows,
    relation,
    standing,
    text_table,
)

from shouzhi.errors import UserError
from shouzhi.intake import check_extracts, fingerprint, lake, take_in
from shouzhi.intake.lake import dismiss, read_manifest

MERGE = {
    "setl_d": "setl_id",
    "staf_psn_clct_detl_d": "psn_clct_detl_id",
    "rsdt_psn_clct_detl_d": "rsdt_clct_detl_id",
}
CONTROL = {
    "setl_d": "fund_pay_sumamt",
    "staf_psn_clct_detl_d": "clct_sumamt",
    "rsdt_psn_clct_detl_d": "clct_sumamt",
}


class Lake:
    """A lake and its deliveries, each from a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root, self.path, self.count = root, root / "lake", 0

    def take(self, **files: Iterable[Mapping[str, str]] | str) -> list[dict[str, Any]]:
        """Deliver CSV files; ``setl_d_202401__b`` is ``setl_d_202401_b.csv``."""
        self.count += 1
        named = {f"{name.replace('__', '_')}.csv": content for name, content in files.items()}
        given = {
            name: content if isinstance(content, str) else list(content) for name, content in named.items()
        }
        return deliver(self.root / f"in{self.count}", self.path, given)

    def months(self, feed: str) -> dict[str, tuple[str, int]]:
        return {
            row["event_month"]: (row["fingerprint"], row["row_count"])
            for row in relation(self.path, "feed_month")
            if row["feed_code"] == feed
        }

    def file(self, name: str) -> dict[str, Any]:
        (found,) = [
            row for row in relation(self.path, "intake_file") if row["file_name"] == name.replace("__", "_")
        ]
        return found


@pytest.fixture
def box(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def version(feed: str, number: int, yuan: str, time: str, **given: str) -> Row:
    return clean_row(feed, number, **{CONTROL[feed]: yuan, "updt_time": time, **given})


def amounts(box: Lake, feed: str) -> dict[str, str]:
    return {row[MERGE[feed]]: str(row[CONTROL[feed]]) for row in standing(box.path, feed)}


def id_of(feed: str, number: int) -> str:
    return clean_row(feed, number)[MERGE[feed]]


@pytest.mark.parametrize("feed", MERGE)
def test_a_later_version_of_a_row_replaces_it(box, feed):
    one, two = id_of(feed, 1), id_of(feed, 2)
    box.take(
        **{
            f"{feed}_202401": [
                version(feed, 1, "10.00", "2024-02-01 00:00:00"),
                version(feed, 2, "20.00", "2024-02-01 00:00:00"),
            ]
        }
    )
    box.take(**{f"{feed}_202402": [version(feed, 1, "11.00", "2024-03-01 00:00:00")]})
    assert amounts(box, feed) == {one: "11.00", two: "20.00"}
    first, second = box.file(f"{feed}_202401.csv"), box.file(f"{feed}_202402.csv")
    assert (first["loaded_count"], first["superseded_count"]) == (1, 1)
    assert (first["loaded_yuan"], first["superseded_yuan"]) == (Decimal("20.00"), Decimal("10.00"))
    assert (second["loaded_count"], second["superseded_count"]) == (1, 0)


def test_the_only_row_of_one_of_a_months_parts_gives_way_to_a_later_version(box):
    other_columns = version("setl_d", 2, "20.00", "2024-02-01 00:00:00")
    del other_columns["init_setl_id"]
    box.take(
        setl_d_202401__a=[version("setl_d", 1, "10.00", "2024-02-01 00:00:00")],
        setl_d_202401__b=[other_columns],
    )
    assert len(list(box.path.glob("setl_d/delivery=000001/202401*.parquet"))) == 2
    box.take(setl_d_202402=[version("setl_d", 1, "11.00", "2024-03-01 00:00:00")])
    box.take(setl_d_202403=[version("setl_d", 2, "21.00", "2024-03-01 00:00:00")])
    assert sorted(str(row[CONTROL["setl_d"]]) for row in standing(box.path, "setl_d")) == ["11.00", "21.00"]


@pytest.mark.parametrize("feed", MERGE)
def test_an_older_version_that_arrives_late_changes_nothing(box, feed):
    box.take(**{f"{feed}_202402": [version(feed, 1, "11.00", "2024-03-01 00:00:00")]})
    box.take(**{f"{feed}_202401": [version(feed, 1, "10.00", "2024-02-01 00:00:00")]})
    assert amounts(box, feed) == {id_of(feed, 1): "11.00"}
    late = box.file(f"{feed}_202401.csv")
    assert (late["loaded_count"], late["superseded_count"], late["superseded_yuan"]) == (
        0,
        1,
        Decimal("10.00"),
    )


@pytest.mark.parametrize("feed", MERGE)
def test_of_equal_times_the_later_delivery_stands(box, feed):
    box.take(**{f"{feed}_202401": [version(feed, 1, "10.00", "2024-02-01 00:00:00")]})
    box.take(**{f"{feed}_202401": [version(feed, 1, "11.00", "2024-02-01 00:00:00")]})
    assert amounts(box, feed) == {id_of(feed, 1): "11.00"}


@pytest.mark.parametrize("feed", ["staf_psn_clct_detl_d", "rsdt_psn_clct_detl_d"])
def test_without_times_the_later_delivery_stands_and_a_time_beats_none(box, feed):
    box.take(**{f"{feed}_202401": [version(feed, 1, "10.00", ""), version(feed, 2, "20.00", "2024-02-01")]})
    box.take(**{f"{feed}_202401": [version(feed, 1, "11.00", ""), version(feed, 3, "30.00", "")]})
    assert amounts(box, feed) == {
        id_of(feed, 1): "11.00",
        id_of(feed, 2): "20.00",
        id_of(feed, 3): "30.00",
    }
    box.take(**{f"{feed}_202401": [version(feed, 1, "12.00", "2024-02-02")]})
    assert amounts(box, feed)[id_of(feed, 1)] == "12.00"


@pytest.mark.parametrize("feed", MERGE)
def test_one_delivery_holds_several_versions_of_a_row(box, feed):
    times = ["2024-02-03 00:00:00", "2024-02-05 00:00:00", "2024-02-04 00:00:00"]
    rows = [version(feed, 1, f"{n}.00", time) for n, time in enumerate(times, start=1)]
    rows.append(version(feed, 2, "9.00", times[0]))
    box.take(
        **{
            f"{feed}_202401": [*rows, rows[1]],
            f"{feed}_202402": [version(feed, 2, "8.00", times[1])],
        }
    )
    assert amounts(box, feed) == {id_of(feed, 1): "2.00", id_of(feed, 2): "8.00"}
    first = box.file(f"{feed}_202401.csv")
    assert (first["received_count"], first["loaded_count"], first["superseded_count"]) == (5, 1, 4)


def test_a_key_is_the_same_however_it_is_written(box):
    box.take(setl_d_202401=[version("setl_d", 1, "10.00", "2024-02-01 00:00:00", setl_id="150100000001")])
    box.take(
        setl_d_202402=[
            version("setl_d", 1, "11.00", "2024-02-02 00:00:00", setl_id="\t１５０１００００００01 ")
        ]
    )
    assert amounts(box, "setl_d") == {"150100000001": "11.00"}


def test_the_same_record_with_a_corrected_month_moves_between_months(box):
    box.take(setl_d_202401=[clean_row("setl_d", 1), clean_row("setl_d", 2), clean_row("setl_d", 9)])
    before = box.months("setl_d")
    assert sorted(before) == ["202401", "202406"]
    box.take(
        setl_d_202402=[
            clean_row("setl_d", 1, setl_time="2024-03-01 00:00:00", updt_time="2024-12-01 00:00:00")
        ]
    )
    after = box.months("setl_d")
    assert {row["event_month"] for row in standing(box.path, "setl_d")} == {"202401", "202403", "202406"}
    assert after["202401"] != before["202401"] and after["202406"] == before["202406"]
    assert after["202401"][1] == 1 and after["202403"][1] == 1


@pytest.mark.parametrize("name", ["setl_d_202401_全量", "全量_setl_d_202401", "setl_d_2024年1月全量"])
def test_a_full_file_replaces_its_area_and_month_and_nothing_else(box, name):
    other_area = clean_row("setl_d", 20, insu_admdvs="150202", setl_time="2024-01-20 00:00:00")
    other_month = clean_row("setl_d", 21, setl_time="2024-02-20 00:00:00")
    gone = clean_row("setl_d", 1)
    box.take(setl_d_202401=[gone, clean_row("setl_d", 2), other_area, other_month])
    kept = clean_row("setl_d", 2)
    new = clean_row("setl_d", 22, setl_time="2024-01-30 00:00:00")
    box.take(**{name: [kept, new]})
    found = {row["setl_id"] for row in standing(box.path, "setl_d")}
    assert found == {row["setl_id"] for row in (kept, new, other_area, other_month)}
    assert box.file("setl_d_202401.csv")["superseded_count"] == 2


def test_a_full_file_replaces_even_newer_rows(box):
    box.take(setl_d_202401=[version("setl_d", 1, "11.00", "2024-05-01 00:00:00")])
    box.take(
        setl_d_202401__全量=[version("setl_d", 2, "9.00", "2024-03-01 00:00:00", setl_time="2024-01-09")]
    )
    assert amounts(box, "setl_d") == {id_of("setl_d", 2): "9.00"}


def test_reversals_are_kept_beside_what_they_reverse(box):
    paid = clean_row("setl_d", 1, fund_pay_sumamt="100.00", refd_setl_flag="1")
    same = clean_row(
        "setl_d",
        2,
        init_setl_id=paid["setl_id"],
        fund_pay_sumamt="-100.00",
        refd_setl_flag="1",
        setl_time=paid["setl_time"],
    )
    later = clean_row(
        "setl_d",
        3,
        init_setl_id="S9",
        fund_pay_sumamt="-70.00",
        refd_setl_flag="1",
        setl_time="2024-04-01 00:00:00",
    )
    (record,) = box.take(setl_d_202401=[paid, same, later])
    rows = standing(box.path, "setl_d")
    assert [(row["init_setl_id"], row["fund_pay_sumamt"]) for row in rows][1:] == [
        (paid["setl_id"], Decimal("-100.00")),
        ("S9", Decimal("-70.00")),
    ]
    assert len(rows) == 3 and record["loaded_yuan"] == Decimal("-70.00")


@pytest.mark.parametrize("feed", FEEDS)
def test_the_same_content_twice_has_no_effect(box, feed):
    rows = clean_rows(feed)
    box.take(**{f"{feed}_2024": rows})
    mark, months = fingerprint(box.path), box.months(feed)
    box.take(**{f"{feed}_2024__again": rows})
    assert fingerprint(box.path) == mark
    assert box.months(feed) == months
    # the same rows in other bytes are received, and what stands is the same
    put_rows(box.root / "gb", f"{feed}_2024.csv", *rows, encoding="utf-8-sig")
    assert take_in(box.root / "gb", box.path).delivery_no == 2
    assert_conserved(box.path)
    assert loaded(box.path, feed) == [expected(feed, row) for row in rows]


def test_two_copies_in_one_delivery_count_once(box):
    rows = clean_rows("setl_d")
    records = box.take(setl_d_202401=rows, setl_d_202401__copy=rows)
    assert len(records) == 1 and len(standing(box.path, "setl_d")) == 4


@pytest.mark.parametrize(
    ("feed", "key", "area"),
    [
        ("psn_insu_d", "psn_insu_rlts_id", "insu_admdvs"),
        ("fixmedins_b", "fixmedins_code", "fix_blng_admdvs"),
    ],
)
def test_a_snapshot_replaces_the_one_before_of_its_area(box, feed, key, area):
    north = [clean_row(feed, number) for number in (1, 2)]
    south = [clean_row(feed, number, **{area: "150202"}) for number in (11, 12)]
    box.take(**{f"{feed}_202401": [*north, *south]})
    parts = stored(box.path)
    newer = [clean_row(feed, number) for number in (2, 3)]
    box.take(**{f"{feed}_202402": newer})
    assert sorted(row[key] for row in standing(box.path, feed)) == sorted(
        row[key] for row in (*newer, *south)
    )
    old = box.file(f"{feed}_202401.csv")
    assert (old["loaded_count"], old["superseded_count"]) == (2, 2)
    assert {path: digest for path, digest in stored(box.path).items() if path in parts} == parts


def test_a_snapshot_may_come_in_several_files(box):
    rows = {number: clean_row("psn_insu_d", number) for number in range(1, 5)}
    box.take(psn_insu_d_2023=[rows[1], rows[2]])
    box.take(psn_insu_d_2024__1=[rows[1], rows[3]], psn_insu_d_2024__2=[rows[4]])
    assert loaded(box.path, "psn_insu_d") == [expected("psn_insu_d", rows[number]) for number in (1, 3, 4)]


def without_area(rows: Iterable[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if name != "poolarea_no"} for row in rows]


def test_of_persons_the_latest_snapshot_stands(box):
    """Whole where the files name no area: who is not in it any more is no person of the fund."""
    rows = without_area(clean_row("psn_info_b", number) for number in range(1, 5))
    box.take(psn_info_b_202401=rows[:3])
    box.take(psn_info_b_202402__1=[{**rows[1], "surv_stas": "2"}], psn_info_b_202402__2=[rows[3]])
    assert loaded(box.path, "psn_info_b") == [
        expected("psn_info_b", {**rows[1], "surv_stas": "2"}),
        expected("psn_info_b", rows[3]),
    ]
    assert box.file("psn_info_b_202401.csv")["superseded_count"] == 3
    box.take(psn_info_b_202401__late=[rows[2]])
    assert len(loaded(box.path, "psn_info_b")) == 2


def test_persons_of_one_area_do_not_take_away_those_of_another(box):
    rows = [
        clean_row("psn_info_b", n, poolarea_no=area)
        for n, area in ((1, "150100"), (2, "150200"), (3, "150200"))
    ]
    box.take(psn_info_b_202401=rows)
    box.take(psn_info_b_202402=[rows[2]])
    assert loaded(box.path, "psn_info_b") == [expected("psn_info_b", rows[number]) for number in (0, 2)]


def test_an_older_snapshot_that_arrives_late_changes_nothing(box):
    newer = [clean_row("psn_insu_d", number) for number in (1, 2)]
    box.take(psn_insu_d_202402=newer)
    box.take(psn_insu_d_202401=[clean_row("psn_insu_d", number) for number in (2, 3)])
    assert loaded(box.path, "psn_insu_d") == [expected("psn_insu_d", row) for row in newer]
    assert box.file("psn_insu_d_202401.csv")["superseded_count"] == 2


def test_accounts_replace_by_period_area_and_fund(box):
    rows = [clean_row("fund_asset", n, period=f"20240{n}") for n in (1, 2)]
    box.take(fund_asset_2024=rows)
    box.take(fund_asset_2024__v2=[{**rows[1], "fiscal_account": "7.00"}])
    assert [(row["period"], str(row["fiscal_account"])) for row in standing(box.path, "fund_asset")] == [
        ("202401", str(expected("fund_asset", rows[0])["fiscal_account"])),
        ("202402", "7.00"),
    ]


def test_subsidies_replace_by_area_and_month(box):
    january = [
        clean_row("fin_subsidy", n, arrived_date="2024-01-10", level=level)
        for n, level in enumerate(["中央", "自治区"], start=1)
    ]
    march = clean_row("fin_subsidy", 3, arrived_date="2024-03-10")
    elsewhere = clean_row("fin_subsidy", 4, arrived_date="2024-01-11", admdvs="150200")
    due = clean_row("fin_subsidy", 5, arrived_date="", arrived_amt="0.00")
    box.take(fin_subsidy_2024=[*january, march, elsewhere, due])
    box.take(fin_subsidy_2024__v2=[{**january[0], "arrived_amt": "5.00"}])
    found = [
        (row["admdvs"], row["arrived_date"], str(row["arrived_amt"]))
        for row in standing(box.path, "fin_subsidy")
    ]
    wanted = [expected("fin_subsidy", row) for row in (march, elsewhere, due)]
    assert sorted(map(str, found)) == sorted(
        map(
            str,
            [
                *((row["admdvs"], row["arrived_date"], str(row["arrived_amt"])) for row in wanted),
                ("150100", expected("fin_subsidy", january[0])["arrived_date"], "5.00"),
            ],
        )
    )


def test_clearing_is_merged_by_its_key(box):
    first = clean_rows("medins_clr_sum_d")
    box.take(medins_clr_sum_d_202401=first)
    changed = {**first[0], "act_dfr_amt": "1.00"}
    box.take(medins_clr_sum_d_202402=[changed])
    found = {row["fee_clr_id"]: row for row in standing(box.path, "medins_clr_sum_d")}
    assert len(found) == 4 and found[first[0]["fee_clr_id"]]["act_dfr_amt"] == Decimal("1.00")


def test_rows_lie_in_the_month_of_their_event(box):
    staff = [
        clean_row("staf_psn_clct_detl_d", 1, clct_time="2024-02-10 00:00:00", cashym="202401"),
        clean_row("staf_psn_clct_detl_d", 2, clct_time="2024-03-10 00:00:00", cashym="202402"),
    ]
    box.take(
        setl_d_2024=clean_rows("setl_d"),
        staf_psn_clct_detl_d_2024=staff,
        fund_asset_2024=[clean_row("fund_asset", 1, period="2024Q2")],
    )
    for feed, time in (("setl_d", "setl_time"), ("staf_psn_clct_detl_d", "clct_time")):
        for row in standing(box.path, feed):
            assert row["event_month"] == f"{row[time]:%Y%m}"
        names = {path.name for path in (box.path / feed / "delivery=000001").glob("2*.parquet")}
        assert names == {f"{row['event_month']}.parquet" for row in standing(box.path, feed)}
    assert [row["event_month"] for row in standing(box.path, "fund_asset")] == ["202406"]


def test_a_contribution_without_a_time_lies_in_the_month_it_is_for(box):
    rows = [
        clean_row("staf_psn_clct_detl_d", 1, clct_time="", clct_flag="0", cashym="202405"),
        clean_row("staf_psn_clct_detl_d", 2, clct_time="null", clct_flag="0", cashym="202406"),
        clean_row("staf_psn_clct_detl_d", 3, clct_time="", cashym=""),
    ]
    (record,) = box.take(staf_psn_clct_detl_d_2024=rows)
    found = [(row["clct_time"], row["event_month"]) for row in standing(box.path, "staf_psn_clct_detl_d")]
    assert found == [(None, "202405"), (None, "202406")]
    assert record["quarantined_count"] == 1


def test_fingerprints_change_only_where_rows_change(box):
    rows = {number: clean_row("setl_d", number) for number in range(1, 10)}
    box.take(setl_d_2024=rows.values(), psn_info_b_2024=clean_rows("psn_info_b"))
    first = box.months("setl_d")
    persons = box.months("psn_info_b")
    assert {month: count for month, (_, count) in first.items()} == {
        "202401": 2, "202402": 1, "202403": 2, "202404": 1, "202405": 2, "202406": 1
    }  # fmt: skip
    box.take(setl_d_202402=[{**rows[3], "fund_pay_sumamt": "1.00", "updt_time": "2024-12-01 00:00:00"}])
    second = box.months("setl_d")
    assert {month for month in second if second[month] != first[month]} == {"202402"}
    assert second["202402"][1] == 1
    box.take(setl_d_202407=[clean_row("setl_d", 30, setl_time="2024-07-01 00:00:00")])
    third = box.months("setl_d")
    assert {month for month in third if third[month] != second.get(month)} == {"202407"}
    assert box.months("psn_info_b") == persons


def test_an_overlapping_delivery_without_a_change_leaves_the_months_alone(box):
    rows = [clean_row("setl_d", number) for number in range(1, 8)]
    box.take(setl_d_2024=rows)
    first = box.months("setl_d")
    box.take(setl_d_2024__more=[*rows, clean_row("setl_d", 9)])
    second = box.months("setl_d")
    assert {month for month in second if second[month] != first.get(month)} == {"202406"}


def test_enrolment_months_change_where_cover_changes(box):
    spells = [
        clean_row("psn_insu_d", 1, crt_insu_date="2024-01-01", paus_insu_date=""),
        clean_row("psn_insu_d", 2, crt_insu_date="2024-02-01", paus_insu_date="2024-04-30"),
    ]
    box.take(psn_insu_d_2024=spells)
    first = box.months("psn_insu_d")
    box.take(psn_insu_d_2025=[spells[0], {**spells[1], "paus_insu_date": "2024-03-31"}])
    second = box.months("psn_insu_d")
    assert first["202401"] == second["202401"]
    assert first["202402"][0] != second["202402"][0]


def test_nothing_is_rewritten_and_a_kill_leaves_no_trace(box, monkeypatch):
    box.take(setl_d_2024=clean_rows("setl_d"), psn_insu_d_2024=clean_rows("psn_insu_d"))
    parts, mark = stored(box.path), fingerprint(box.path)
    changed = [{**row, "updt_time": "2025-01-01 00:00:00"} for row in clean_rows("setl_d")]
    put_rows(box.root / "in2", "setl_d_2025.csv", *changed)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(lake, "_write_manifest", killed)
        with pytest.raises(KeyboardInterrupt):
            take_in(box.root / "in2", box.path)
    assert fingerprint(box.path) == mark
    assert {row["delivery_no"] for row in standing(box.path, "setl_d")} == {1}
    assert take_in(box.root / "in2", box.path).delivery_no == 2
    assert {row["delivery_no"] for row in standing(box.path, "setl_d")} == {2}
    assert {path: digest for path, digest in stored(box.path).items() if path in parts} == parts
    assert_conserved(box.path)
    named = {text for entry in read_manifest(box.path) for text in strings(entry)}
    unnamed = {path for path in stored(box.path) if path not in named}
    assert unnamed == set()


def test_equal_input_gives_an_equal_lake(tmp_path):
    for name in ("one", "two"):
        here = Lake(tmp_path / name)
        here.take(**{f"{feed}_2024": clean_rows(feed) for feed in FEEDS})
        here.take(setl_d_2025=[clean_row("setl_d", 1, updt_time="2025-01-01 00:00:00")])
    assert stored(tmp_path / "one/lake") == stored(tmp_path / "two/lake")
    assert fingerprint(tmp_path / "one/lake") == fingerprint(tmp_path / "two/lake")


def test_one_bad_file_among_many_is_rejected_and_the_rest_loads(box):
    bad = {
        "setl_d_202402.xlsx": b"PK\x03\x04 broken",
        "setl_d_202403.parquet": b"PAR1 broken",
        "setl_d_202404.csv": b"",
        "setl_d_202405.csv": "结算ID,人员编号\n1,2\n".encode("gb18030"),
        "setl_d_202407.csv": text_table([clean_row("setl_d")]).splitlines()[0].encode(),
        "setl_d_202408.csv": b"<html><table><tr><td>1</td></tr></table></html>",
        "setl_d_202409.zip": b"PK\x03\x04 broken",
        "setl_d_202410.csv": "\n".join(text_table(clean_rows("setl_d")).splitlines()[1:]).encode(),
    }
    for name, content in bad.items():
        put(box.root / "in1", name, content)
    records = box.take(setl_d_202401=clean_rows("setl_d"), psn_info_b_2024=clean_rows("psn_info_b"))
    status = {record["file_name"]: record["status_code"] for record in records}
    assert status.pop("setl_d_202401.csv") == status.pop("psn_info_b_2024.csv") == "loaded"
    assert status == dict.fromkeys(bad, "rejected")
    for record in records:
        if record["file_name"] in bad:
            assert record["first_reason"] and not record["loaded_count"]
    assert len(standing(box.path, "setl_d")) == 4
    for name, content in bad.items():
        assert (box.root / "in1" / name).read_bytes() == content
    report = check_extracts(box.root / "in1")
    assert report.exit_code == 1
    assert take_in(box.root / "in1", box.path).delivery_no is None


def test_a_file_cut_off_in_the_middle_of_a_character_does_not_stop_the_rest(box):
    text = text_table([clean_row("fixmedins_b", number) for number in range(1, 4)])
    put(box.root / "in1", "fixmedins_b_2024.csv", text.encode()[: -len("记医院\n".encode())] + b"\xe4\xb8")
    box.take(setl_d_202401=clean_rows("setl_d"))
    assert len(standing(box.path, "setl_d")) == 4
    assert box.file("fixmedins_b_2024.csv")["status_code"] in {"rejected", "loaded"}
    names = {row["fixmedins_name"] for row in standing(box.path, "fixmedins_b")}
    assert names <= {"某某市䶮记医院"}


def test_a_corrected_file_may_come_after_its_bad_version(box):
    put(box.root / "in1", "setl_d_202401.csv", b"")
    box.take(psn_info_b_2024=clean_rows("psn_info_b"))
    box.take(setl_d_202401=clean_rows("setl_d"))
    assert len(standing(box.path, "setl_d")) == 4


def test_feeds_and_statements_come_in_one_delivery(box):
    header = "period,admdvs,fund_code,statement,account_name,amount,unit,measure"
    statement = f"{header}\n2024,150100,310100,决算,利息收入,100.00,元,\n"
    records = box.take(fund_statement_2024=statement, setl_d_2024=clean_rows("setl_d"))
    assert {record["status_code"] for record in records} == {"loaded"}
    assert len(relation(box.path, "fund_statement")) == 1 and len(standing(box.path, "setl_d")) == 4
    assert len({record["delivery_no"] for record in records}) == 1


@pytest.mark.parametrize("seed", range(2))
def test_any_order_of_deliveries_conserves_lines_and_leaves_the_newest(box, seed):
    """Random deliveries of versions, faults, totals and full files against a model of ten lines of Python."""
    source = random.Random(seed)
    stands: dict[str, tuple[tuple[str, int, int], Row]] = {}
    order = 0
    followed = duckdb.connect()
    for delivery in range(5):
        files: dict[str, list[Row]] = {}
        for name in source.sample(["a", "b", "c"], source.randint(1, 3)):
            rows = []
            for _ in range(source.randint(1, 12)):
                number = source.randint(1, 12)
                time = f"2024-{source.randint(1, 12):02d}-01 00:00:00"
                yuan = f"{source.randint(-5000, 5000) / 100:.2f}"
                row = version("setl_d", number, yuan, time, opter_id=f"O{delivery}{name}{len(rows)}")
                if source.random() < 0.15:
                    row["setl_time"] = "2024-02-30"
                rows.append(row)
            files[f"setl_d_2024__{name}{delivery}"] = rows
        for name in sorted(files):
            for row in files[name]:
                order += 1
                rank = (row["updt_time"], order)
                if row["setl_time"] != "2024-02-30" and (
                    row["setl_id"] not in stands or rank > stands[row["setl_id"]][0]
                ):
                    stands[row["setl_id"]] = (rank, row)
        box.take(**files)
        assert sorted(map(str, loaded(box.path, "setl_d"))) == sorted(
            str(expected("setl_d", row)) for _, row in stands.values()
        )
        # sums that follow the lake from delivery to delivery are those made from all of it
        lake.register(followed, box.path, known=delivery)
        sums = followed.execute("select * from lake.feed_control order by all").to_arrow_table()
        assert sums.to_pylist() == relation(box.path, "feed_control")
    months = box.months("setl_d")
    for month, (_, count) in months.items():
        assert count == sum(row["event_month"] == month for row in standing(box.path, "setl_d"))


def stored(lake_root: Path) -> dict[str, str]:
    """Every Parquet file of a lake with its digest."""
    return {
        path.relative_to(lake_root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(lake_root.rglob("*.parquet"))
    }


def strings(value: Any) -> list[str]:
    return json.dumps(value, ensure_ascii=False).split('"')


def test_check_tells_what_a_correction_would_replace(box):
    rows = [version("setl_d", number, "10.00", "2024-05-01 00:00:00") for number in (1, 2, 3)]
    box.take(setl_d_202401=rows)
    corrected = version("setl_d", 2, "25.50", "2024-06-01 00:00:00")
    folder = box.root / "more"
    put(folder, "setl_d_202401_again.csv", text_table(rows))
    put(folder, "setl_d_202402.csv", text_table([corrected, rows[0], version("setl_d", 9, "1.00", "")]))
    before = sorted(path.name for path in box.root.rglob("*"))
    report = check_extracts(folder, lake_root=box.path)
    assert sorted(path.name for path in box.root.rglob("*")) == before
    [known, new] = report.files
    assert (known.status_code, new.status_code) == ("known", "loaded")
    assert (new.parsed.loaded_count, new.parsed.superseded_count) == (2, 1)
    assert report.replaced_lines == [
        "结算信息 202401：原有 1 行 10.00 元被替换；该月 2 行 20.00 元 → 2 行 35.50 元（+15.50 元）"
    ]
    assert report.replaced_lines[0] in report.render() and "被替换 1 行" in report.render()
    taken = take_in(folder, box.path).report
    assert (taken.replaced_lines, taken.feed_lines) == (report.replaced_lines, report.feed_lines)
    assert taken.feed_lines == [
        "结算信息（setl_d）1 份：收到 3 行，入库 2 行，被替换 1 行，隔离 0 行；"
        "基金支付总额 收到 36.50 元，入库 26.50 元，被替换 10.00 元，隔离 0.00 元"
    ]


def test_a_row_of_another_month_now_is_told_of_both(box):
    box.take(
        setl_d_202403=[
            version("setl_d", 1, "10.00", "2024-05-01 00:00:00", setl_time="2024-03-05"),
            version("setl_d", 2, "20.00", "2024-05-01 00:00:00", setl_time="2024-03-06"),
            version("setl_d", 3, "30.00", "2024-05-01 00:00:00", setl_time="2024-04-06"),
        ]
    )
    folder = box.root / "more"
    corrected = version("setl_d", 1, "11.00", "2024-06-01 00:00:00", setl_time="2024-04-05")
    added = version("setl_d", 4, "1.00", "2024-06-01 00:00:00", setl_time="2024-05-05")
    put(folder, "setl_d_202404.csv", text_table([corrected, added]))
    assert check_extracts(folder, lake_root=box.path).replaced_lines == [
        "结算信息 202403：原有 1 行 10.00 元被替换；该月 2 行 30.00 元 → 1 行 20.00 元（-10.00 元）",
        "结算信息 202404：由别的月份改来 1 行 11.00 元；该月 1 行 30.00 元 → 2 行 41.00 元（+11.00 元）",
    ]
    # into a month of which nothing stood
    put(folder, "setl_d_202404.csv", text_table([{**corrected, "setl_time": "2024-08-05"}]))
    assert check_extracts(folder, lake_root=box.path).replaced_lines == [
        "结算信息 202403：原有 1 行 10.00 元被替换；该月 2 行 30.00 元 → 1 行 20.00 元（-10.00 元）",
        "结算信息 202408：由别的月份改来 1 行 11.00 元；该月 0 行 0.00 元 → 1 行 11.00 元（+11.00 元）",
    ]


def test_a_full_file_is_told_of_every_month_it_gives(box):
    box.take(
        setl_d_202403=[version("setl_d", 1, "10.00", "2024-05-01 00:00:00", setl_time="2024-03-05")],
    )
    folder = box.root / "more"
    moved = version("setl_d", 1, "10.00", "2024-05-01 00:00:00", setl_time="2024-04-05")
    put(folder, "setl_d_2024_全量.csv", text_table([moved]))
    assert check_extracts(folder, lake_root=box.path).replaced_lines == [
        "结算信息 202403：原有 1 行 10.00 元被替换；该月 1 行 10.00 元 → 0 行 0.00 元（-10.00 元）",
        "结算信息 202404：该月 0 行 0.00 元 → 1 行 10.00 元（+10.00 元）",
    ]


def test_a_check_without_a_lake_supersedes_within_the_folder(tmp_path):
    rows = [
        version("setl_d", 1, yuan, f"2024-0{month}-01 00:00:00")
        for yuan, month in (("10.00", 1), ("11.00", 2))
    ]
    put(tmp_path / "in", "setl_d_202401.csv", text_table(rows))
    report = check_extracts(tmp_path / "in")
    assert (report.files[0].parsed.superseded_count, report.files[0].parsed.superseded_yuan) == (
        1,
        Decimal("10.00"),
    )
    assert report.replaced_lines == []


def test_a_refused_file_can_be_dismissed_and_is_never_lost(box):
    folder = box.root / "in1"
    put(folder, "杂项.csv", "没有数据")
    put(folder, "setl_d_202401.csv", "")
    put(folder, "setl_d_202402.csv", text_table(clean_rows("setl_d", 1)))
    assert take_in(folder, box.path).report.exit_code == 1
    for name, word in (("setl_d_202402.csv", "没有隔离的行"), ("x.csv", "杂项.csv")):
        with pytest.raises(UserError, match=word):
            dismiss(box.path, name, "不要")
    with pytest.raises(UserError, match="写明原因"):
        dismiss(box.path, "杂项.csv", "  ")
    before = fingerprint(box.path)
    [record] = dismiss(box.path, "杂项.csv", "是说明文字，\n不是数据")
    assert record["delivery_no"] == 1 and fingerprint(box.path) != before
    with pytest.raises(UserError, match="不必重复"):
        dismiss(box.path, "杂项.csv", "不要")
    found = box.file("杂项.csv")
    assert found["status_code"] == "dismissed"
    assert "是说明文字， 不是数据" in found["first_reason"] and "看不出" in found["first_reason"]
    again = take_in(folder, box.path).report
    assert {each.name: each.status_code for each in again.files} == {
        "setl_d_202401.csv": "rejected",
        "setl_d_202402.csv": "known",
        "杂项.csv": "dismissed",
    }
    dismiss(box.path, "setl_d_202401.csv", "空文件，作废")
    assert take_in(folder, box.path).report.exit_code == 0
    put(folder, "setl_d_202401.csv", text_table([clean_row("setl_d", 8)]))
    assert take_in(folder, box.path).report.exit_code == 0
    assert len(standing(box.path, "setl_d")) == 2
    # a later delivery has the next number
    assert {row["delivery_no"] for row in standing(box.path, "setl_d")} == {1, 4}


def test_quarantined_rows_of_a_loaded_file_can_be_dismissed(box):
    folder = box.root / "in1"
    rows = clean_rows("setl_d", 2)
    rows[1]["setl_time"] = "不详"
    put(folder, "setl_d_202401.csv", text_table(rows))
    assert take_in(folder, box.path).report.exit_code == 1
    [record] = dismiss(box.path, "setl_d_202401.csv", "误放的副本")
    assert record["status_code"] == "loaded"
    with pytest.raises(UserError, match="不必重复"):
        dismiss(box.path, "setl_d_202401.csv", "不要")
    found = box.file("setl_d_202401.csv")
    assert (found["status_code"], found["quarantined_count"], found["dismissed_reason"]) == (
        "loaded",
        1,
        "误放的副本",
    )
    assert "隔离的行已注明不再处理：误放的副本" in found["first_reason"]
    assert len(standing(box.path, "setl_d")) == 1
    [again] = take_in(folder, box.path).report.files
    assert again.status_code == "known"
