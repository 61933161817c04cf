"""The working file while it is open, and what is in it afterwards."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from shouzhi.home import open_home
from shouzhi.warehouse import working_file


def test_it_is_written_without_a_log_and_whole_when_it_is_left(tmp_path: Path) -> None:
    home = open_home(tmp_path / "it's a home", region="neimenggu")
    with working_file.opened(home) as con:
        con.execute("create schema core")
        con.execute("create table core.one as select range as number from range(1000)")
        with con.cursor() as cursor:
            assert cursor.execute("select count(*) from warehouse.core.one").fetchone() == (1000,)
        (threads,) = con.execute("select current_setting('threads')").fetchone() or (0,)
        assert threads == 1, "whoever else runs Python would wait for the client"
        assert [path.name for path in home.work.glob("warehouse.duckdb*")] == ["warehouse.duckdb"]
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        assert con.execute("select sum(number) from core.one").fetchone() == (499500,)


def test_what_is_there_is_kept_and_another_home_has_its_own(tmp_path: Path) -> None:
    homes = [open_home(tmp_path / name, region="neimenggu") for name in ("a", "b")]
    for home in homes:
        with working_file.opened(home) as con:
            con.execute(f"create table place as select '{home.root.name}' as name")
    with working_file.opened(homes[0]) as con:
        assert con.execute("select name from place").fetchall() == [("a",)]
        with pytest.raises(duckdb.BinderException, match="already"), working_file.opened(homes[1]):
            pass
