"""Queries read one build and nothing else; what they print is exact."""

import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from shouzhi.errors import UserError
from shouzhi.warehouse.query import formatted, run_query


@pytest.fixture
def marts(tmp_path: Path) -> Path:
    path = tmp_path / "marts.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema fund_balance")
        con.execute(
            "create table fund_balance.t as select '呼和浩特' as area_name, "
            "cast('90071992547409931.10' as decimal(20, 2)) as income_yuan, null::date as day"
        )
    return path


@pytest.mark.parametrize(
    "sql",
    [
        "attach '/etc/passwd' as x",
        "copy fund_balance.t to 'out.csv'",
        "create table x (i int)",
        "insert into fund_balance.t values ('a', 1, null)",
        "drop table fund_balance.t",
        "set enable_external_access = true",
        "pragma threads = 1",
        "install httpfs",
        "load httpfs",
        "export database 'x'",
        "call pragma_version()",
        "explain analyze copy fund_balance.t to 'out.csv'",
        "/* look */ explain /* and */ ANALYSE select 1",
    ],
)
def test_anything_but_reading_is_refused(marts: Path, sql: str) -> None:
    with pytest.raises(UserError, match=r"这里只能查询|不允许的操作|没有执行成功"):
        run_query(marts, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('/etc/passwd')",
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from glob('/*')",
        "select * from read_parquet('x.parquet')",
    ],
)
def test_files_outside_the_build_cannot_be_read(marts: Path, sql: str) -> None:
    with pytest.raises(UserError, match=r"不允许的操作|没有执行成功"):
        run_query(marts, sql)


def test_one_statement_at_a_time(marts: Path) -> None:
    with pytest.raises(UserError, match="一次只能执行一条查询语句，现在有 2 条"):
        run_query(marts, "select 1; select 2")
    with pytest.raises(UserError, match="没有写查询语句"):
        run_query(marts, "  ")
    with pytest.raises(UserError, match="语法错误"):
        run_query(marts, "selec 1")
    with pytest.raises(UserError, match=r"没有执行成功：.*nowhere"):
        run_query(marts, "select * from nowhere")


def test_the_settings_of_the_connection_are_locked(marts: Path) -> None:
    _, rows = run_query(
        marts,
        "select name, value from duckdb_settings() where name in "
        "('enable_external_access', 'lock_configuration', 'access_mode') order by name",
    )
    assert dict(rows) == {
        "access_mode": "read_only",
        "enable_external_access": "false",
        "lock_configuration": "true",
    }


def test_amounts_keep_every_digit_in_every_format(marts: Path) -> None:
    columns, rows = run_query(marts, "select * from fund_balance.t")
    assert formatted(columns, rows, "csv") == "area_name,income_yuan,day\n呼和浩特,90071992547409931.10,\n"
    text = formatted(columns, rows, "json")
    assert json.loads(text, parse_float=Decimal) == [
        {"area_name": "呼和浩特", "income_yuan": Decimal("90071992547409931.10"), "day": None}
    ]
    assert formatted(columns, rows, "table").splitlines() == [
        "area_name           income_yuan  day",
        "---------  --------------------  ---",
        "呼和浩特   90071992547409931.10",
        "（1 行）",
    ]


def test_reading_statements_of_every_kind(marts: Path) -> None:
    assert run_query(marts, "with a as (select 1 as one) select one from a;") == (["one"], [(1,)])
    assert run_query(marts, "describe fund_balance.t")[1][1][:2] == ("income_yuan", "DECIMAL(20,2)")
    assert run_query(marts, "select area_name from fund_balance.t where false") == (["area_name"], [])
