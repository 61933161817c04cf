"""Which build a run may start from, and which months it then makes anew."""

import json
from pathlib import Path

import duckdb
import pytest

from shouzhi import cores
from shouzhi.home import Home, open_home
from shouzhi.intake import lake
from shouzhi.warehouse import prepare, publish, standing, working_file
from shouzhi.warehouse.identity import file_hash


def add_build(home: Home, build_id: str, *, code: str = "code", region: str = "neimenggu") -> publish.Build:
    """A finished build whose working file was kept."""
    staging = publish.staging_folder(home, build_id)
    marts = staging / publish.MARTS_NAME
    marts.write_bytes(build_id.encode())
    manifest = {
        "build_id": build_id,
        "built_at": build_id,
        "code_hash": code,
        "region": region,
        "marts_sha256": file_hash(marts),
    }
    (staging / publish.MANIFEST_NAME).write_text(json.dumps(manifest), encoding="utf-8")
    with duckdb.connect(str(home.warehouse)) as con:
        con.execute("create schema core")
        con.execute(
            "create table core.fct_feed_month as select * from (values ('setl_d', '202401', 'a', 1),"
            " ('setl_d', '202402', 'b', 1), ('setl_d', '202403', 'c', 1)) as t"
            " (feed_code, event_month, fingerprint, row_count)"
        )
    standing.keep(home, build_id, {"nodes": {}})
    return publish.settle(home, staging, build_id)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(tmp_path / "var", region="neimenggu")


@pytest.mark.parametrize("other", [{"code": "older"}, {"region": "public"}])
def test_only_a_build_of_the_same_code_and_region_is_started_from(home: Home, other: dict[str, str]) -> None:
    assert prepare.former_build(home, "code") is None
    add_build(home, "b1", **other)
    assert prepare.former_build(home, "code") is None
    wanted = add_build(home, "b2")
    assert prepare.former_build(home, "code") == wanted


def test_a_build_that_is_damaged_or_whose_working_file_is_gone_is_not_started_from(home: Home) -> None:
    older, newer = add_build(home, "b1"), add_build(home, "b2")
    # only the newest working file is kept, whatever is published
    publish.point_to(home, older.build_id)
    assert prepare.former_build(home, "code") == newer
    newer.marts.write_bytes(b"damaged")
    assert prepare.former_build(home, "code") is None
    newest = add_build(home, "b3")
    standing.compiled_file(home, newest.build_id).unlink()
    assert prepare.former_build(home, "code") is None


def test_a_working_file_that_cannot_be_opened_is_not_started_from(home: Home) -> None:
    add_build(home, "b1")
    kept = standing.kept_file(home, "b1")
    with kept.open("r+b") as stream:
        stream.truncate(5000)
    beginning = prepare.begin_file(home, "code")
    assert beginning is None
    assert not kept.exists()
    with working_file.opened(home) as con:
        assert prepare.prepare_lake(con, home, beginning) is None
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        assert con.execute("select count(*) from lake.home_parameter").fetchall() == [(2,)]


def test_months_that_differ_came_or_went_are_made_anew(home: Home) -> None:
    add_build(home, "b1")
    with duckdb.connect(str(standing.kept_file(home, "b1"))) as con:
        con.execute("create schema lake")
        lake.register(con, home.lake)
        con.execute(
            "create or replace table lake.feed_month as select * from (values ('setl_d', '202401', 'a', 1),"
            " ('setl_d', '202402', 'other', 1), ('setl_d', '202404', 'd', 1), ('med_dfr_d', '202401', 'a', 1)) as t"
            " (feed_code, event_month, fingerprint, row_count)"
        )
        prepare.name_changes(con, is_started=True)
        changed = con.execute("select * from lake.changed_month order by all").fetchall()
    assert changed == [
        ("med_dfr_d", "202401"),
        ("setl_d", "202402"),
        ("setl_d", "202403"),
        ("setl_d", "202404"),
    ]
    with duckdb.connect() as con:
        con.execute("create schema lake")
        lake.register(con, home.lake)
        con.execute(
            "create or replace table lake.feed_month as select 'setl_d' as feed_code, '202401' as event_month"
        )
        prepare.name_changes(con, is_started=False)
        assert con.execute("select * from lake.changed_month").fetchall() == [("setl_d", "202401")]


def test_rows_are_counted_since_the_build_before(home: Home) -> None:
    def deliver(delivery_no: int, *counts: int) -> None:
        folder = home.lake / "manifest"
        folder.mkdir(parents=True, exist_ok=True)
        statements, *settlements = counts
        entry = {
            "delivery_no": delivery_no,
            "files": [{"content_hash": f"c{delivery_no}"}],
            "parts": {"fund_statement": {"row_count": statements}},
            "feeds": {"setl_d": {"parts": [{"row_count": count} for count in settlements]}},
        }
        (folder / f"{delivery_no:06d}.json").write_text(json.dumps(entry), encoding="utf-8")

    deliver(1, 10, 200, 3000)
    assert prepare.new_rows(home, None) == 3210
    build = add_build(home, "b1")
    build.manifest["inputs"] = [{"delivery_no": 1, "content_hash": "c1"}]
    deliver(2, 7, 40)
    begun = prepare.Beginning(build, standing.kept_file(home, "b1"), {}, {})
    assert prepare.new_rows(home, begun) == 47
    build.manifest["inputs"] = [{"delivery_no": 1, "content_hash": "of another lake"}]
    assert prepare.new_rows(home, begun) == 3257


def test_only_many_rows_are_worth_a_second_core() -> None:
    assert cores.cores_for(cores.MANY_ROWS) == 1
    assert cores.cores_for(cores.MANY_ROWS + 1) == cores.CORES == 2
