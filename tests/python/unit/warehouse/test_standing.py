"""What of the former working file a run leaves as it stands, and what it makes anew."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from shouzhi.home import open_home
from shouzhi.warehouse import standing


def macro(sql: str, *called: str) -> SimpleNamespace:
    return SimpleNamespace(macro_sql=sql, depends_on=SimpleNamespace(macros=list(called)))


MACROS = {
    "macro.months": macro("{% if execute %}{{ run_query(query) }}{% endif %}"),
    "macro.changed": macro("{{ months() }}", "macro.months"),
    "macro.fen": macro("cast({{ amount }} as bigint)"),
}


def node(kind: str, *parents: str, severity: str = "error", macros: tuple[str, ...] = ()) -> SimpleNamespace:
    return SimpleNamespace(
        resource_type={"test": "test", "seed": "seed"}.get(kind, "model"),
        config=SimpleNamespace(materialized=kind, severity=severity, meta={}),
        depends_on_nodes=list(parents),
        depends_on=SimpleNamespace(macros=list(macros)),
        schema="core",
        alias="",
        tags=[],
        compiled=False,
        compiled_code=None,
        raw_code="",
    )


def project() -> Any:
    """Two sources; setl_d -> view -> table -> incremental, and an area list beside them."""
    nodes = {
        "seed.area": node("seed"),
        "model.dim_area": node("table", "seed.area"),
        "test.dim_area": node("test", "model.dim_area"),
        "test.warns": node("test", "model.dim_area", severity="WARN"),
        "model.stg_setl": node("view", "source.setl_d"),
        "test.stg_setl": node("test", "model.stg_setl"),
        "model.folded": node("ephemeral", "model.stg_setl", macros=("macro.changed",)),
        "model.claim": node("table", "model.folded", "model.dim_area"),
        "model.person": node("table", "model.stg_setl", macros=("macro.fen",)),
        "model.agg": node("incremental", "model.claim"),
        "model.stg_asset": node("view", "source.fund_asset"),
        "model.asset": node("table", "model.stg_asset"),
    }
    for unique_id, each in nodes.items():
        each.alias = unique_id.split(".")[1]
    sources = {f"source.{name}": SimpleNamespace(identifier=name) for name in ("setl_d", "fund_asset")}
    return SimpleNamespace(nodes=nodes, sources=sources, macros=MACROS)


def begun(changed: set[str], reshaped: set[str] | None = None, lacking: str = "") -> standing.Start:
    compiled = {
        unique_id: "select 1"
        for unique_id in project().nodes
        if unique_id.startswith("model") and unique_id != lacking
    }
    return standing.Start("b1", frozenset(changed), frozenset(reshaped or set()), compiled)


REFERENCE = {"seed.area", "model.dim_area", "test.dim_area"}
ASSETS = {"model.stg_asset", "model.asset"}


@pytest.mark.parametrize(
    ("start", "stands"),
    [
        (begun({"setl_d"}), REFERENCE | ASSETS | {"model.stg_setl"}),
        # the view too, where the columns under it are others
        (begun({"setl_d"}, {"setl_d"}), REFERENCE | ASSETS),
        (begun({"fund_asset"}), set(project().nodes) - {"model.asset", "test.warns", "model.folded"}),
        # a model that the former run did not write out is not known to stand
        (
            begun({"setl_d"}, lacking="model.asset"),
            (REFERENCE | ASSETS | {"model.stg_setl"}) - {"model.asset"},
        ),
    ],
)
def test_what_no_changed_relation_reaches_stands(start: standing.Start, stands: set[str]) -> None:
    assert standing.standing_nodes(project(), start) == stands


def test_what_is_made_anew_is_out_of_the_file_and_what_stands_is_left_out_by_dbt(tmp_path: Path) -> None:
    warehouse = tmp_path / "w.duckdb"
    manifest = project()
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create schema core")
        for table in ("area", "dim_area", "claim", "agg", "asset"):
            con.execute(f"create table core.{table} as select 1 as i")
        for view in ("stg_setl", "stg_asset"):
            con.execute(f"create view core.{view} as select 1 as i")
        stands = standing.mark_standing(manifest, begun({"setl_d"}, {"setl_d"}), con)
    assert {name for name, each in manifest.nodes.items() if each.tags == [standing.TAG]} == stands
    assert manifest.nodes["model.asset"].compiled_code == "select 1"
    # dbt takes over what it wrote out before, but for what asks the data, or what such a model is folded into
    assert manifest.nodes["model.person"].raw_code == "select 1"
    assert manifest.nodes["model.claim"].raw_code == ""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        left = con.execute("select table_name from information_schema.tables order by 1").fetchall()
    # the months of an aggregate are taken out by itself
    assert [name for (name,) in left] == ["agg", "area", "asset", "dim_area", "stg_asset"]


def test_what_a_model_reads_of_its_former_self_is_set_aside_for_one_run(tmp_path: Path) -> None:
    warehouse = tmp_path / "w.duckdb"

    def held(changed: set[str], made: int) -> dict[str, int]:
        manifest = project()
        manifest.nodes["model.person"].config.meta[standing.FORMER_META] = True
        with duckdb.connect(str(warehouse)) as con:
            standing.mark_standing(manifest, begun(changed), con)
            con.execute(f"create table if not exists core.person as select {made} as i")
            tables = con.execute("select table_name from duckdb_tables()").fetchall()
            return {name: con.execute(f"select i from core.{name}").fetchall()[0][0] for (name,) in tables}

    with duckdb.connect(str(warehouse)) as con:
        con.execute("create schema core")
    assert held({"setl_d"}, 1) == {"person": 1}
    assert held({"setl_d"}, 2) == {"person": 2, "former_person": 1}
    assert held({"setl_d"}, 3) == {"person": 3, "former_person": 2}
    # it stands: nothing changed since
    assert held({"fund_asset"}, 4) == {"person": 3}


def test_a_relation_of_the_lake_is_told_by_its_query_or_its_rows(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        con.execute("create schema lake")
        con.execute("create table lake.intake_file as select 1 as file_no, 'a' as file_name")
        con.execute("create table lake.fund_asset (amount decimal(18, 2))")
        con.execute("create view lake.setl_d as select 'part1' as setl_id")
        con.execute("create view lake.former_replay as select 1 as i")
        before = standing.sources(con)
        con.execute("create or replace table lake.intake_file as select 1 as file_no, 'a' as file_name")
        assert standing.start("b1", before, standing.sources(con), {}).changed == frozenset()
        con.execute("insert into lake.intake_file values (1, 'a')")
        con.execute("create or replace view lake.setl_d as select 'part2' as setl_id")
        con.execute("drop table lake.fund_asset")
        con.execute("create view lake.fund_asset as select cast(1 as decimal(20, 2)) as amount")
        con.execute("create table lake.home_parameter as select 1 as i")
        con.execute("drop view lake.former_replay")
        found = standing.start("b1", before, standing.sources(con), {})
    assert found.changed == {"intake_file", "setl_d", "fund_asset", "home_parameter", "former_replay"}
    assert found.reshaped == {"fund_asset", "home_parameter", "former_replay"}


def test_one_working_file_is_kept(tmp_path: Path) -> None:
    home = open_home(tmp_path / "var", region="neimenggu")
    manifest = {"nodes": {"model.a": {"resource_type": "model", "compiled_code": "select 1"}}}
    for build_id in ("b1", "b2"):
        with duckdb.connect(str(home.warehouse)) as con:
            con.execute(f"create table t as select '{build_id}' as made_by")
        standing.keep(home, build_id, manifest)
        assert not home.warehouse.exists()
        assert standing.kept_builds(home) == {build_id}
    assert standing.read_compiled(home, "b2") == {"model.a": "select 1"}
    with duckdb.connect(str(standing.kept_file(home, "b2")), read_only=True) as con:
        assert con.execute("select made_by from t").fetchall() == [("b2",)]
