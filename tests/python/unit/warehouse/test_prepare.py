"""Which build a run may start from, and which months it then makes anew."""

import json
from pathlib import Path

import duckdb
import pytest

from shouzhi.home import Home, open_home
from shouzhi.intake import lake
from shouzhi.warehouse import carry, prepare, publish
from shouzhi.warehouse.identity import file_hash


def add_build(home: Home, build_id: str, *, code: str = "code", region: str = "neimenggu") -> publish.Build:
    staging = publish.staging_folder(home, build_id)
    marts = staging / publish.MARTS_NAME
    with duckdb.connect(str(marts)) as con:
        con.execute("create schema core")
        con.execute(
            "create table core.fct_feed_month as select * from (values ('setl_d', '202401', 'a', 1),"
            " ('setl_d', '202402', 'b', 1), ('setl_d', '202403', 'c', 1)) as t"
            " (feed_code, event_month, fingerprint, row_count)"
        )
        con.execute("create table core.agg_t as select '202401' as event_month")
        con.execute("create table core.dim_t as select 1 as i")
    manifest = {
        "build_id": build_id,
        "built_at": build_id,
        "code_hash": code,
        "region": region,
        "marts_sha256": file_hash(marts),
    }
    (staging / publish.MANIFEST_NAME).write_text(json.dumps(manifest), encoding="utf-8")
    return publish.settle(home, staging, build_id)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(tmp_path / "var", region="neimenggu")


def test_only_a_build_of_the_same_code_and_region_is_started_from(home: Home) -> None:
    assert prepare.former_build(home, "code") is None
    add_build(home, "b1", code="older")
    add_build(home, "b2", region="public")
    assert prepare.former_build(home, "code") is None
    wanted = add_build(home, "b3")
    assert prepare.former_build(home, "code") == wanted


def test_the_published_build_goes_before_newer_ones_and_a_damaged_one_is_passed_over(home: Home) -> None:
    older, newer = add_build(home, "b1"), add_build(home, "b2")
    assert prepare.former_build(home, "code") == newer
    publish.point_to(home, older.build_id)
    assert prepare.former_build(home, "code") == older
    older.marts.write_bytes(b"damaged")
    assert prepare.former_build(home, "code") == newer


def test_months_that_differ_came_or_went_are_made_anew(home: Home, tmp_path: Path) -> None:
    former = add_build(home, "b1")
    working = tmp_path / "working.duckdb"
    carry.copy_kept(former.marts, working, prepare.is_kept)
    with duckdb.connect(str(working)) as con:
        lake.register(con, home.lake)
        con.execute(
            "create or replace table lake.feed_month as select * from (values ('setl_d', '202401', 'a', 1),"
            " ('setl_d', '202402', 'other', 1), ('setl_d', '202404', 'd', 1), ('med_dfr_d', '202401', 'a', 1)) as t"
            " (feed_code, event_month, fingerprint, row_count)"
        )
        prepare.name_changes(con, is_started=True)
        changed = con.execute("select * from lake.changed_month order by all").fetchall()
        tables = con.execute(
            "select table_name from information_schema.tables where table_schema = 'core'"
        ).fetchall()
    assert changed == [
        ("med_dfr_d", "202401"),
        ("setl_d", "202402"),
        ("setl_d", "202403"),
        ("setl_d", "202404"),
    ]
    assert sorted(tables) == [("agg_t",), ("fct_feed_month",)]
    with duckdb.connect() as con:
        lake.register(con, home.lake)
        con.execute(
            "create or replace table lake.feed_month as select 'setl_d' as feed_code, '202401' as event_month"
        )
        prepare.name_changes(con, is_started=False)
        assert con.execute("select * from lake.changed_month").fetchall() == [("setl_d", "202401")]
