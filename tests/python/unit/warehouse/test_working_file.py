"""The working file while it is open, and what is in it afterwards."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from shouzhi.errors import UserError
from shouzhi.home import PRODUCT_ROOT, Home, open_home
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


def kept_file(home: Home) -> Path:
    """The file of a build before, with one large and one small table."""
    with working_file.opened(home) as con:
        con.execute("create table large as select range as number, 'former' as made_by from range(300000)")
        con.execute("create table small as select 'former' as made_by")
    return home.warehouse.rename(home.work / "kept_former.duckdb")


def remake(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "create or replace table large as select range as number, 'now' as made_by from range(300000)"
    )
    con.execute("delete from small")
    con.execute("insert into small values ('now')")
    con.execute("create table another as select * from large")


def tables(file: Path) -> list[tuple[str, str, int]]:
    """Every table with who made its rows, and how many."""
    with duckdb.connect(str(file), read_only=True) as con:
        names = con.execute("select table_name from duckdb_tables() order by 1").fetchall()
        return [
            (name, *row)
            for (name,) in names
            for row in con.execute(f"select made_by, count(*) from {name} group by 1").fetchall()
        ]


FORMER = [("large", "former", 300000), ("small", "former", 1)]


def test_the_file_of_the_build_before_becomes_the_working_file(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home", region="neimenggu")
    kept = kept_file(home)
    with working_file.opened(home, kept) as con:
        assert con.execute("select count(*) from large").fetchone() == (300000,)
        remake(con)
        assert kept.exists() and not home.warehouse.exists(), "nothing is said of it before it is whole"
    assert not kept.exists(), "it does not hold the tables of that build any more"
    assert tables(home.warehouse) == [
        ("another", "now", 300000),
        ("large", "now", 300000),
        ("small", "now", 1),
    ]


def test_the_file_of_the_build_before_is_what_it_was_after_an_error(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home", region="neimenggu")
    kept = kept_file(home)
    for _ in range(3):
        with pytest.raises(UserError, match="没有发布"), working_file.opened(home, kept) as con:
            remake(con)
            raise UserError("没有发布。")
        assert tables(kept) == FORMER
        assert not home.warehouse.exists()
    with working_file.opened(home, kept) as con:
        remake(con)
    assert tables(home.warehouse)[-1] == ("small", "now", 1)


KILLED = """
import os, signal, sys
from pathlib import Path
from shouzhi.home import open_home
from shouzhi.warehouse import working_file

home = open_home(Path(sys.argv[1]), region="neimenggu")
with working_file.opened(home, Path(sys.argv[2])) as con:
    con.execute("create or replace table large as select range as number, 'now' as made_by from range(3000000)")
    con.execute("drop table small")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_file_of_the_build_before_is_what_it_was_after_a_kill(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home", region="neimenggu")
    kept = kept_file(home)
    size = kept.stat().st_size
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(home.root), str(kept)],
        cwd=PRODUCT_ROOT,
        capture_output=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert kept.stat().st_size > size, "what was made lies on the disk already"
    assert tables(kept) == FORMER


def test_what_is_there_is_kept_and_another_home_has_its_own(tmp_path: Path) -> None:
    homes = [open_home(tmp_path / name, region="neimenggu") for name in ("a", "b")]
    for home in homes:
        with working_file.opened(home) as con:
            con.execute(f"create table place as select '{home.root.name}' as name")
    with working_file.opened(homes[0]) as con:
        assert con.execute("select name from place").fetchall() == [("a",)]
        with pytest.raises(duckdb.BinderException, match="already"), working_file.opened(homes[1]):
            pass
