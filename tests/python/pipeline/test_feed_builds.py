"""Whole runs over the business feeds: rows behind a build, what a later delivery changes, a new version of the product."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shouzhi.errors import UserError
from shouzhi.home import Home, open_home
from shouzhi.progress import silent
from shouzhi.run import run
from shouzhi.warehouse import identity, publish
from shouzhi.warehouse.query import run_query
from tests.python.pipeline.feed_harness import feed_home, write_files

pytestmark = pytest.mark.pipeline

PERSON = "15010000000000000001"
# What only says which code or build made the tables.
OWN_TABLES = {"data_quality.dim_build", "data_quality.dim_lineage"}


def settlement(number: str, at: str, fund: str = "60.00", **given: Any) -> dict[str, Any]:
    return {
        "setl_id": number, "psn_no": PERSON, "setl_time": f"{at} 10:00:00", "begndate": at, "enddate": at,
        "hifp_pay": fund, "fund_pay_sumamt": fund, "psn_pay": str(100 - Decimal(fund)),
        "cash_payamt": str(70 - Decimal(fund)), "rid": f"R-{number}", **given,
    }  # fmt: skip


FIRST = {
    "setl_d": [settlement("1", "2024-03-05"), settlement("2", "2024-03-06"), settlement("3", "2024-04-05")],
    "staf_psn_clct_detl_d": [{"psn_no": PERSON}],
    "psn_insu_d": [{"psn_no": PERSON}],
    "psn_info_b": [{"psn_no": PERSON}],
    "fixmedins_b": [{}],
    "insu_emp_info_b": [{}],
}
# A correction of settlement 2 and a late settlement of March.
LATER = {
    "setl_d": [
        settlement("2", "2024-03-06", "50.00", updt_time="2024-05-01 00:00:00"),
        settlement("4", "2024-03-28", updt_time="2024-05-01 00:00:00"),
    ]
}


def asked(build: publish.Build, sql: str) -> list[tuple[Any, ...]]:
    return run_query(build.marts, sql)[1]


def tables(build: publish.Build) -> dict[str, list[tuple[Any, ...]]]:
    with duckdb.connect(str(build.marts), read_only=True) as con:
        names = con.execute(
            """
            select table_schema || '.' || table_name
            from information_schema.tables
            where table_catalog = 'marts' and table_type = 'BASE TABLE'
            order by 1
            """
        ).fetchall()
        return {
            name: con.execute(f"select * from {name} order by all").fetchall()
            for (name,) in names
            if name not in OWN_TABLES
        }


@pytest.fixture(scope="module")
def builds(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Home, publish.Build, publish.Build, publish.Build]:
    """The build of a first delivery, of a correction, and of the same lake by another version of the product."""
    root = tmp_path_factory.mktemp("feeds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOUZHI_KEY_FILE", str(root / "key"))
        home = open_home(root / "home", region="neimenggu")
        made = []
        for number, rows in enumerate((FIRST, LATER)):
            result = feed_home(home.root, rows, root / f"delivery{number}")
            assert result.build_id, result.sentences
            made.append(publish.published_build(home))
        real = identity.code_hash
        patch.setattr(
            identity, "code_hash", lambda folder: identity.digest([real(folder), "another version"])
        )
        write_files(root / "nothing", {})
        run(root / "nothing", home.root, silent())
        made.append(publish.published_build(home))
    return home, *made


def test_rows_add_up_to_what_is_shown(
    builds: tuple[Home, publish.Build, publish.Build, publish.Build],
) -> None:
    for build in builds[1:]:
        shown = asked(
            build,
            "select event_month, sum(fund_pay_yuan) from core.agg_settlement_month group by event_month order by all",
        )
        rows = asked(
            build,
            "select event_month, sum(fund_pay_yuan) from rows.settlement where is_valid group by event_month order by all",
        )
        assert rows == shown and len(rows) == 2


def test_a_later_delivery_does_not_change_the_rows_of_an_earlier_build(
    builds: tuple[Home, publish.Build, publish.Build, publish.Build],
) -> None:
    question = "select settlement_id, fund_pay_yuan, area_code from rows.settlement order by all"
    _, first, second, third = builds
    assert asked(first, question) == [(number, Decimal("60.00"), "150100") for number in ("1", "2", "3")]
    corrected = [
        ("1", Decimal("60.00")),
        ("2", Decimal("50.00")),
        ("3", Decimal("60.00")),
        ("4", Decimal("60.00")),
    ]
    assert asked(second, question) == [(*row, "150100") for row in corrected]
    assert asked(third, question) == asked(second, question)


def test_rows_are_links_to_the_lake_and_a_missing_one_is_noticed(
    builds: tuple[Home, publish.Build, publish.Build, publish.Build], tmp_path: Path
) -> None:
    home, _, second, _ = builds
    parts = list((second.folder / "rows" / "setl_d").rglob("*.parquet"))
    assert parts and all(path.stat().st_nlink > 1 for path in parts)
    inodes = {path.stat().st_ino for path in (home.lake / "setl_d").rglob("*.parquet")}
    assert {path.stat().st_ino for path in parts} <= inodes
    assert publish.is_intact(second)
    moved = parts[0].rename(tmp_path / "taken.parquet")
    try:
        assert not publish.is_intact(second)
    finally:
        moved.rename(parts[0])


def test_person_numbers_are_pseudonyms(
    builds: tuple[Home, publish.Build, publish.Build, publish.Build],
) -> None:
    [(key,)] = asked(builds[2], "select distinct person_key from rows.settlement")
    assert len(key) == 32 and key != PERSON
    assert asked(builds[2], "select person_key from rows.person") == [(key,)]


def test_queries_read_the_rows_of_their_build_and_no_other_file(
    builds: tuple[Home, publish.Build, publish.Build, publish.Build],
) -> None:
    home, first, second, _ = builds
    other = next((first.folder / "rows" / "setl_d").rglob("*.parquet"))
    lake_part = next((home.lake / "setl_d").rglob("*.parquet"))
    for path in (other, lake_part, home.root / "shouzhi.toml", second.folder / "manifest.json"):
        with pytest.raises(UserError, match=r"不允许的操作|没有执行成功"):
            run_query(second.marts, f"select * from read_blob('{path}')")
    with pytest.raises(UserError, match="这里只能查询"):
        run_query(second.marts, f"copy (select 1) to '{second.folder / 'rows' / 'x.parquet'}'")


def test_unchanged_months_are_kept_and_another_version_starts_from_nothing(
    builds: tuple[Home, publish.Build, publish.Build, publish.Build],
) -> None:
    _, first, second, third = builds
    assert [build.manifest["started_from"] for build in (first, second, third)] == [
        None,
        first.build_id,
        None,
    ]
    assert third.build_id != second.build_id


def test_another_version_rebuilds_the_same_marts_from_the_lake(
    builds: tuple[Home, publish.Build, publish.Build, publish.Build],
) -> None:
    _, _, second, third = builds
    before, after = tables(second), tables(third)
    assert before.keys() == after.keys() and len(before) > 30
    for name, rows in before.items():
        assert after[name] == rows, name


def test_columns_of_the_rows_are_labelled(
    builds: tuple[Home, publish.Build, publish.Build, publish.Build],
) -> None:
    found = asked(
        builds[2],
        "select column_name, label_zh, source_field from data_quality.dim_column where relation = 'rows.settlement'",
    )
    described = asked(builds[2], "describe rows.settlement")
    assert {name for name, _, _ in found} == {row[0] for row in described}
    assert ("settlement_id", "结算ID", "setl_id") in found
