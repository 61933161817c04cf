"""What a working file takes over from the build before it."""

from pathlib import Path

import duckdb

from shouzhi.warehouse import carry


def test_a_copy_holds_the_kept_tables_alone(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "a.duckdb")) as con:
        for schema in ("core", "benefits", "gone"):
            con.execute(f"create schema {schema}")
        con.execute("create table core.agg_t as select range as i from range(3)")
        con.execute("create table core.dim_t as select 1 as i")
        con.execute("create table gone.fct_t as select 1 as i")
        con.execute("attach ':memory:' as rows")
        con.execute("create view rows.replay as select 1 as i")
        con.execute("create view benefits.fct_v as select * from rows.replay")
    carry.copy_kept(tmp_path / "a.duckdb", tmp_path / "b.duckdb", lambda _, table: table == "agg_t")
    with duckdb.connect(str(tmp_path / "b.duckdb"), read_only=True) as con:
        assert con.execute("select * from core.agg_t").fetchall() == [(0,), (1,), (2,)]
        tables = con.execute("select table_name from information_schema.tables").fetchall()
        schemas = con.execute(
            "select schema_name from duckdb_schemas() where database_name = 'b' and not internal"
        ).fetchall()
    assert tables == [("agg_t",)]
    assert ("gone",) not in schemas and ("benefits",) not in schemas
