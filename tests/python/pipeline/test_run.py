"""The main job from outside: exit codes, recognition, re-delivery, going back, kills, the lock."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import duckdb
import pytest

from shouzhi.errors import UserError
from shouzhi.home import home_lock, open_home
from shouzhi.warehouse.query import published_columns, published_tables, run_query

pytestmark = pytest.mark.pipeline

ROOT = Path(__file__).resolve().parents[3]
NAME = "fund_statement_2024_呼和浩特.csv"
HEADER = "period,measure,admdvs,admdvs_name,fund_code,statement,account_name,side,amount,unit\n"


def marts_of(home: Path) -> Path:
    return home / "builds" / (home / "CURRENT").read_text(encoding="utf-8").strip() / "marts.duckdb"


def last_log(home: Path) -> dict:
    return json.loads((home / "run_log.jsonl").read_text(encoding="utf-8").splitlines()[-1])


def corrected(extracts: Path, target: Path, old: str = "1400.00", new: str = "1450.00") -> Path:
    """The same extract with one corrected amount, as a bureau delivers it again."""
    target.mkdir()
    text = (extracts / NAME).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (target / NAME).write_text(text.replace(old, new).replace("1500.00", "1450.00"), encoding="utf-8")
    return target


def expenditure(home: Path, shouzhi: Callable) -> str:
    sql = (
        "select expenditure_yuan from fund_balance.fct_fund_balance "
        "where area_code = '150100' and fund_code = '390100' and period_code = '2024' and is_actual"
    )
    result = shouzhi("query", sql, "--format", "csv", "--home", home)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()[1]


def tables(con: duckdb.DuckDBPyConnection, catalog: str) -> list[str]:
    """Tables alone: views are over the build's rows."""
    return [
        name
        for (name,) in con.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_catalog = ? and table_type = 'BASE TABLE' order by 1",
            [catalog],
        ).fetchall()
    ]


def rows_of(marts: Path) -> list[Path]:
    return [path for path in (marts.parent / "rows").rglob("*") if path.is_file()]


def test_a_clean_extract_is_published(tiny_home: Path, shouzhi: Callable) -> None:
    log = last_log(tiny_home)
    assert log["exit_code"] == 0, log["message"]
    assert {"intake", "dbt", "gx", "export", "publish"} <= set(log["step_seconds"])
    assert expenditure(tiny_home, shouzhi) == "1400.00"
    folder = marts_of(tiny_home).parent
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["build_id"], manifest["data_date"], manifest["exit_code"]) == (
        folder.name,
        "2024-12-31",
        0,
    )
    assert manifest["issues"] == {"rejected_files": 0, "quarantined_rows": 0, "holds": 0}
    assert [one["file_name"] for one in manifest["inputs"]] == [NAME]
    assert marts_of(tiny_home).stat().st_mode & 0o222 == 0
    assert (folder / "data_docs" / "index.html").is_file()
    assert not list(folder.parent.glob(".staging*"))


def test_every_check_of_the_suites_stands_beside_those_of_dbt(tiny_home: Path) -> None:
    from expectations.suites import read_suites

    with duckdb.connect(str(marts_of(tiny_home)), read_only=True) as con:
        by_tool = dict(
            con.execute("select tool, count(*) from data_quality.fct_check_result group by tool").fetchall()
        )
        bad = con.execute(
            "select check_id from data_quality.fct_check_result where kind = 'integrity' and status = 'fail'"
        ).fetchall()
        unregistered = con.execute(
            "select check_id from data_quality.fct_check_result except select check_id from data_quality.dim_check"
        ).fetchall()
    assert by_tool["gx"] == sum(len(suite.checks) for suite in read_suites())
    assert by_tool["dbt"] > 0
    assert (bad, unregistered) == ([], [])


def test_published_columns_and_lineage_are_described(tiny_home: Path) -> None:
    with duckdb.connect(str(marts_of(tiny_home)), read_only=True) as con:
        unlabelled = con.execute(
            "select relation || '.' || column_name from data_quality.dim_column where label_zh is null"
        ).fetchall()
        lineage = con.execute(
            "select depends_on, tests from data_quality.dim_lineage "
            "where relation_name = 'fund_balance.fct_fund_balance'"
        ).fetchone()
        layers = {
            row[0] for row in con.execute("select distinct layer from data_quality.dim_lineage").fetchall()
        }
    assert unlabelled == []
    assert lineage is not None and all(lineage)
    assert layers >= {"staging", "core", "marts", "lake", "seed"}


def test_the_same_input_is_recognised(copied_home: Path, tiny_extracts: Path, shouzhi: Callable) -> None:
    before = marts_of(copied_home)
    again = shouzhi("run", tiny_extracts, "--home", copied_home)
    assert (again.returncode, marts_of(copied_home)) == (0, before)
    assert "不必重建" in again.stdout
    assert "dbt" not in last_log(copied_home)["step_seconds"]


# Notes every look-up of a name and every connection of the interpreter that loads it.
SOCKET_GUARD = """
import socket, sys
def noted(event, arguments):
    if event in ("socket.getaddrinfo", "socket.connect", "socket.gethostbyname"):
        with open({log!r}, "a") as handle:
            handle.write(f"{{event}} {{arguments[-1] if event == 'socket.connect' else arguments[0]}}\\n")
sys.addaudithook(noted)
"""


def test_the_same_input_gives_equal_tables_and_calls_nobody(
    tiny_home: Path, tiny_extracts: Path, tmp_path: Path, shouzhi: Callable
) -> None:
    calls = tmp_path / "calls.log"
    guard = tmp_path / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(SOCKET_GUARD.format(log=str(calls)), encoding="utf-8")
    result = shouzhi("run", tiny_extracts, "--home", tmp_path / "other", python_path=guard)
    assert result.returncode == 0, result.stdout + result.stderr
    assert not calls.exists(), calls.read_text(encoding="utf-8")
    first, second = marts_of(tiny_home), marts_of(tmp_path / "other")
    assert first.parent.name == second.parent.name
    with duckdb.connect() as con:
        con.execute(f"attach '{first}' as a (read_only)")
        con.execute(f"attach '{second}' as b (read_only)")
        names = tables(con, "a")
        assert names == tables(con, "b")
        assert len(names) > 20
        for name in names:
            one = con.execute(f"select * from a.{name}").fetchall()
            assert one == con.execute(f"select * from b.{name}").fetchall(), name
    one, other = ({path.relative_to(marts.parent) for path in rows_of(marts)} for marts in (first, second))
    assert one == other


def test_redelivery_going_back_and_retention(
    copied_home: Path, tiny_extracts: Path, tmp_path: Path, shouzhi: Callable
) -> None:
    first = marts_of(copied_home).parent.name
    result = shouzhi("run", corrected(tiny_extracts, tmp_path / "again"), "--home", copied_home)
    assert result.returncode == 0, result.stdout + result.stderr
    second = marts_of(copied_home).parent.name
    assert second != first
    assert expenditure(copied_home, shouzhi) == "1450.00"
    told = [
        line for line in result.stdout.splitlines() if line.startswith("替换：呼和浩特市 居民 2024 决算：")
    ]
    assert len(told) == 1 and "支出 1,400.00 → 1,450.00 元" in told[0] and "（原 5 行）" in told[0], (
        result.stdout
    )
    with duckdb.connect(str(marts_of(copied_home)), read_only=True) as con:
        superseded = con.execute(
            "select delivery_no, superseded_rows > 0 from data_quality.fct_intake_batch order by delivery_no"
        ).fetchall()
    assert superseded == [(1, True), (2, False)]

    back = shouzhi("publish", first[:5], "--home", copied_home)
    assert (back.returncode, f"之前是 {second}" in back.stdout) == (0, True)
    assert expenditure(copied_home, shouzhi) == "1400.00"
    listed = shouzhi("builds", "--home", copied_home).stdout
    assert [line.split()[:2] for line in listed.splitlines() if first in line] == [["*", first]]
    assert second in listed

    unknown = shouzhi("publish", "zzzz", "--home", copied_home)
    assert (unknown.returncode, "没有以“zzzz”开头的版本" in unknown.stderr) == (2, True)

    forward = shouzhi("run", tmp_path / "again", "--home", copied_home)
    assert (forward.returncode, "重新发布" in forward.stdout) == (0, True)
    assert marts_of(copied_home).parent.name == second

    config = copied_home / "shouzhi.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("keep_builds = 6", "keep_builds = 1"), "utf-8"
    )
    assert shouzhi("run", tmp_path / "again", "--home", copied_home).returncode == 0
    assert [path.name for path in (copied_home / "builds").iterdir()] == [second]


def test_a_kill_at_any_point_leaves_the_published_build(
    copied_home: Path, tiny_extracts: Path, tmp_path: Path, shouzhi: Callable
) -> None:
    first = marts_of(copied_home).parent.name
    extracts = corrected(tiny_extracts, tmp_path / "again")
    # before the export nothing is written that a reader could see: "after_export" stands for "after_build" too
    for point in ("after_intake", "after_export", "before_pointer"):
        killed = shouzhi("run", extracts, "--home", copied_home, fault=point)
        assert killed.returncode == -9, (point, killed.stderr)
        assert marts_of(copied_home).parent.name == first, point
        assert expenditure(copied_home, shouzhi) == "1400.00", point

    result = shouzhi("run", extracts, "--home", copied_home)
    assert result.returncode == 0, result.stdout + result.stderr
    assert expenditure(copied_home, shouzhi) == "1450.00"
    assert not list((copied_home / "builds").glob(".staging*"))

    assert shouzhi("publish", first, "--home", copied_home).returncode == 0
    killed = shouzhi("run", extracts, "--home", copied_home, fault="after_pointer")
    assert killed.returncode == -9
    assert expenditure(copied_home, shouzhi) == "1450.00"


def test_a_second_run_is_locked_out(copied_home: Path, tiny_extracts: Path, shouzhi: Callable) -> None:
    with home_lock(open_home(copied_home), "shouzhi run 别的报表"):
        for arguments in (("run", tiny_extracts), ("publish", "a")):
            result = shouzhi(*arguments, "--home", copied_home)
            assert result.returncode == 2
            assert "另一个任务正在使用该目录：进程" in result.stderr and "别的报表" in result.stderr


def test_something_quarantined_or_rejected_is_said_and_exits_1(
    copied_home: Path, tmp_path: Path, shouzhi: Callable
) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    rows = [
        "2024,,150200,包头市,390100,决算,上年结余,,500.00,元",
        "2024,,150200,包头市,390100,决算,保险费收入,收入,100.00,元",
        "2024,,150200,包头市,390100,决算,其他收入,收入,不详,元",
        "2024,,150200,包头市,390100,决算,社会保险待遇支出,支出,90.00,元",
    ]
    (folder / "fund_statement_2024_包头.csv").write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    (folder / "fund_statement_2024_坏.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    result = shouzhi("run", folder, "--home", copied_home)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "1 个文件被拒收，1 行被隔离" in result.stdout
    assert "fund_statement_2024_坏.xlsx" in result.stdout
    again = shouzhi("run", folder, "--home", copied_home)
    assert (again.returncode, "不必重建" in again.stdout) == (1, True)
    assert "1 个文件被拒收，1 行被隔离" in again.stdout


# three whole runs; the rule itself is tested in unit/warehouse/test_issues.py
@pytest.mark.long
def test_issues_stay_until_something_settles_them(
    copied_home: Path, tiny_extracts: Path, tmp_path: Path, shouzhi: Callable
) -> None:
    folder = tmp_path / "dirty"
    folder.mkdir()
    dirty = folder / "fund_statement_2024_包头.csv"
    good = ["2024,,150200,包头市,390100,决算,保险费收入,收入,100.00,元"]
    bad = "2024,,150200,包头市,390100,决算,其他收入,收入,不详,元"
    dirty.write_text(HEADER + "\n".join([*good, bad]) + "\n", encoding="utf-8")
    assert shouzhi("run", folder, "--home", copied_home).returncode == 1

    unrelated = shouzhi("run", corrected(tiny_extracts, tmp_path / "again"), "--home", copied_home)
    assert unrelated.returncode == 1, unrelated.stdout
    assert (
        "1 行被隔离" in unrelated.stdout and "fund_statement_2024_包头.csv（第 2 批报送）" in unrelated.stdout
    )
    listed = shouzhi("builds", "--home", copied_home).stdout
    (published,) = [line for line in listed.splitlines() if line.startswith("*")]
    # the row without an amount holds its statement, too (D07)
    assert "1 行被隔离" in published and "1 处标为待核" in published

    dirty.write_text(HEADER + "\n".join([*good, bad.replace("不详", "5.00")]) + "\n", encoding="utf-8")
    settled = shouzhi("run", folder, "--home", copied_home)
    assert settled.returncode == 0, settled.stdout
    assert "被隔离" not in settled.stdout
    listed = shouzhi("builds", "--home", copied_home).stdout
    assert [line.split()[-1] for line in listed.splitlines() if line.startswith("*")] == ["无待处理事项"]


def test_rows_lost_in_the_lake_publish_nothing(
    copied_home: Path, tiny_extracts: Path, tmp_path: Path, shouzhi: Callable
) -> None:
    before = marts_of(copied_home)
    extracts = corrected(tiny_extracts, tmp_path / "again")
    assert shouzhi("run", extracts, "--home", copied_home, fault="after_intake").returncode == -9
    part = copied_home / "lake" / "fund_statement" / "delivery=000002" / "part.parquet"
    kept = tmp_path / "kept.parquet"
    with duckdb.connect() as con:
        con.execute(f"copy (select * from '{part}' where amount_yuan <> 950.00) to '{kept}'")
    shutil.move(kept, part)
    result = shouzhi("run", extracts, "--home", copied_home)
    assert result.returncode == 2, result.stdout + result.stderr
    sentence = result.stderr.splitlines()[-1]
    assert "检验" in sentence and "没有发布" in sentence and "元" in sentence, sentence
    assert marts_of(copied_home) == before
    assert last_log(copied_home)["exit_code"] == 2
    refused = list((copied_home / "builds").glob("rejected-*"))
    assert len(refused) == 1 and not (refused[0] / "marts.duckdb").exists()
    assert expenditure(copied_home, shouzhi) == "1400.00"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "没有发布"),
        ({"fund_statement_2024.csv": "a,b\n1,2\n"}, "没有发布"),
    ],
)
def test_nothing_readable_publishes_nothing(
    tmp_path: Path, shouzhi: Callable, files: dict[str, str], expected: str
) -> None:
    folder = tmp_path / "extracts"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    result = shouzhi("run", folder, "--home", tmp_path / "home")
    assert result.returncode == 2
    assert expected in result.stderr and "Traceback" not in result.stderr
    assert not (tmp_path / "home" / "CURRENT").exists()


def test_mistakes_are_sentences(tmp_path: Path, shouzhi: Callable) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for arguments in (
        ("run", tmp_path / "nowhere", "--home", tmp_path / "home"),
        ("run", tmp_path, "--home", tmp_path / "file"),
        ("check", tmp_path / "nowhere"),
        ("query", "select 1", "--home", tmp_path / "nowhere"),
        ("builds", "--home", tmp_path / "nowhere"),
        ("publish", "a", "--home", tmp_path / "nowhere"),
        ("serve", "--home", tmp_path / "nowhere"),
        ("run",),
        ("nothing",),
    ):
        result = shouzhi(*arguments)
        assert result.returncode == 2, (arguments, result.stdout)
        assert "Traceback" not in result.stderr
        assert result.stderr.strip().endswith("。"), (arguments, result.stderr)


def test_serve_listens_on_this_machine_only(tiny_home: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "shouzhi.cli", "serve", "--home", str(tiny_home), "--port", str(port)]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        answer = b""
        while answer != b"ok" and time.monotonic() < deadline and server.poll() is None:
            time.sleep(0.5)
            with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/_stcore/health") as reply:
                answer = reply.read()
        assert answer == b"ok"
        listening = Path("/proc/net/tcp").read_text(encoding="ascii")
        addresses = re.findall(rf" ([0-9A-F]{{8}}):{port:04X} 00000000:0000 0A ", listening)
        assert addresses == ["0100007F"]
    finally:
        server.terminate()
        server.wait(timeout=20)


def test_check_loads_nothing(tmp_path: Path, tiny_extracts: Path, shouzhi: Callable) -> None:
    result = shouzhi("check", tiny_extracts, cwd=tmp_path)
    assert result.returncode == 0 and NAME in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_every_table_that_can_be_queried_is_listed_with_what_it_holds(tiny_home: Path) -> None:
    marts = marts_of(tiny_home)
    _, listed = published_tables(marts)
    assert [name for name, label, _ in listed if not re.search("[\u4e00-\u9fff]", label or "")] == []
    sql = "select case database when 'rows' then 'rows' else schema end || '.' || name as t from (show all tables)"
    there = {name for (name,) in run_query(marts, sql)[1]}
    rows_again = {f"rows.{name}" for name in ("benefit_replay", "benefit_step", "benefit_year")}
    assert {name for name, _, _ in listed} == there - rows_again
    for name, _, columns in listed:
        assert len(run_query(marts, f"select * from {name} limit 0")[0]) == columns
        assert len(published_columns(marts, name)[1]) == columns
    with pytest.raises(UserError, match="没有名为 nothing 的表"):
        published_columns(marts, "nothing")


def test_the_list_of_tables_is_a_command(tiny_home: Path, shouzhi: Callable) -> None:
    assert "结算（按月汇总）" in shouzhi("tables", "--home", tiny_home).stdout
    told = shouzhi("tables", "fund_balance.fct_fund_balance", "--home", tiny_home).stdout
    assert "可支付月数" in told and "reserve_months" in told


def test_help_is_chinese(shouzhi: Callable) -> None:
    for command in ((), ("run",), ("check",), ("query",), ("builds",), ("publish",), ("serve",), ("init",)):
        text = shouzhi(*command, "--help").stdout
        assert "用法：" in text and "选项" in text
        assert not {"Usage", "Options", "Show this"} & set(text.replace(":", " ").split())
    assert shouzhi("--version").stdout.startswith("收支 shouzhi ")
