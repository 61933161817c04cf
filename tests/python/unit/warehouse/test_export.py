"""What the published file contains: fixed order, results of both tools, descriptions, no more schemas."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from shouzhi.warehouse.export import OWN_LABELS, export_marts, lineage_rows

MANIFEST: dict[str, Any] = {
    "nodes": {
        "model.shouzhi.fund_balance__fct_t": {
            "resource_type": "model",
            "schema": "fund_balance",
            "name": "fund_balance__fct_t",
            "alias": "fct_t",
            "fqn": ["shouzhi", "marts", "fund_balance", "fund_balance__fct_t"],
            "description": "One row per area.",
            "depends_on": {"nodes": ["model.shouzhi.stg_t", "macro.x"]},
            "columns": {
                "area_code": {
                    "name": "area_code",
                    "description": "Pooling area",
                    "config": {"meta": {"label_zh": "地区代码", "unit_zh": ""}},
                },
                "income_yuan": {
                    "name": "income_yuan",
                    "description": "",
                    "meta": {"label_zh": "收入", "unit_zh": "元", "source_field": "amount"},
                },
            },
        },
        "model.shouzhi.stg_t": {
            "resource_type": "model",
            "schema": "staging",
            "name": "stg_t",
            "alias": "stg_t",
            "fqn": ["shouzhi", "staging", "stg_t"],
            "description": "",
            "depends_on": {"nodes": ["source.shouzhi.lake.t"]},
            "columns": {},
        },
        "test.shouzhi.grain": {
            "resource_type": "test",
            "name": "grain",
            "attached_node": "model.shouzhi.fund_balance__fct_t",
            "depends_on": {"nodes": ["model.shouzhi.fund_balance__fct_t", "model.shouzhi.stg_t"]},
        },
    },
    "sources": {
        "source.shouzhi.lake.t": {
            "resource_type": "source",
            "schema": "lake",
            "identifier": "t",
            "description": "",
        }
    },
    "exposures": {
        "exposure.shouzhi.risk": {
            "name": "risk",
            "depends_on": {"nodes": ["model.shouzhi.fund_balance__fct_t"]},
        }
    },
}


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        for schema in ("fund_balance", "data_quality", "core", "staging"):
            con.execute(f"create schema {schema}")
        con.execute(
            "create table fund_balance.fct_t as select * from "
            "(values ('150200', 2.00::decimal(20, 2)), ('150100', 1.00)) as t (area_code, income_yuan)"
        )
        con.execute("create view staging.stg_t as select 1 as i")
        con.execute("create table core.dim_area as select 'b' as area_code union all select 'a'")
        # Row-level relations of core are views: persons never leave the lake.
        con.execute("create view core.dim_person as select 'p' as person_key")
        con.execute("create table core.fct_statement_line as select 1 as i")
        con.execute(
            "create table data_quality.fct_check_result as "
            "select 'M01' as check_id, 'dbt' as tool, 'pass' as status, 0::bigint as violated_count"
        )
        con.execute("create table data_quality.dim_check as select 'M01' as check_id, '恒等' as name_zh")
    return path


def exported(warehouse: Path, target: Path) -> dict[str, int]:
    result = {"check_id": "GX-1", "tool": "gx", "status": "pass", "violated_count": 0, "unknown_column": 1}
    check = {"check_id": "GX-1", "name_zh": "列齐全"}
    return export_marts(warehouse, target, MANIFEST, {"build_id": "abc"}, lambda: [result], [check])


def test_marts_and_dimensions_are_plain_tables_in_a_fixed_order(warehouse: Path, tmp_path: Path) -> None:
    counts = exported(warehouse, tmp_path / "marts.duckdb")
    described = counts.pop("data_quality.dim_column")
    assert described > 20
    assert counts == {
        "core.dim_area": 2,
        "data_quality.dim_build": 1,
        "data_quality.dim_check": 2,
        "data_quality.dim_lineage": 3 + len(OWN_LABELS),
        "data_quality.fct_check_result": 2,
        "fund_balance.fct_t": 2,
    }
    with duckdb.connect(str(tmp_path / "marts.duckdb"), read_only=True) as con:
        assert [row[0] for row in con.execute("select * from fund_balance.fct_t").fetchall()] == [
            "150100",
            "150200",
        ]
        assert con.execute("select * from core.dim_area").fetchall() == [("a",), ("b",)]
        assert con.execute("select check_id, tool from data_quality.fct_check_result").fetchall() == [
            ("GX-1", "gx"),
            ("M01", "dbt"),
        ]
        types = con.execute("select distinct table_type from information_schema.tables").fetchall()
    assert types == [("BASE TABLE",)]
    assert not (tmp_path / "marts.duckdb.wal").exists()


def test_every_published_column_has_a_row_and_the_models_words(warehouse: Path, tmp_path: Path) -> None:
    exported(warehouse, tmp_path / "marts.duckdb")
    with duckdb.connect(str(tmp_path / "marts.duckdb"), read_only=True) as con:
        found = con.execute(
            "select column_name, data_type, label_zh, unit_zh, source_field, description "
            "from data_quality.dim_column where relation = 'fund_balance.fct_t' order by column_position"
        ).fetchall()
        columns = con.execute(
            "select table_schema || '.' || table_name, column_name from information_schema.columns except "
            "select relation, column_name from data_quality.dim_column"
        ).fetchall()
    assert found == [
        ("area_code", "VARCHAR", "地区代码", "", None, "Pooling area"),
        ("income_yuan", "DECIMAL(20,2)", "收入", "元", "amount", None),
    ]
    assert columns == []


def test_lineage_names_parents_tests_and_pages() -> None:
    assert lineage_rows(MANIFEST) == [
        ("fund_balance.fct_t", None, "model", "marts", "One row per area.", "staging.stg_t", "grain", "risk"),
        ("lake.t", None, "source", "lake", None, None, None, None),
        ("staging.stg_t", None, "model", "staging", None, "lake.t", None, None),
    ]
