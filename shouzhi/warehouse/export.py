"""From the working warehouse to the file that pages read: plain tables in one fixed order."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from shouzhi.cores import ONE_CORE
from shouzhi.warehouse import renew, standing, working_file

EXPORTED_SCHEMAS = (
    "fund_balance",
    "deficit_warning",
    "prefecture_comparison",
    "enrolment",
    "benefits",
    "data_quality",
)
# Of ``core`` the tables that grow with areas and months: row-level relations are views over the lake.
CORE_PREFIXES = ("dim_", "agg_", "fct_feed_month")
SCHEMA_VERSION = 1
# Most tables are too small to keep more than one core busy.
WRITERS = 2

# Relations rows.* of a build, by the view that each is; one that reads another stands after it.
ROW_RELATIONS = {
    "settlement": "fct_settlement",
    "fee_line": "fct_fee_line",
    "employee_contribution": "fct_employee_contribution",
    "resident_contribution": "fct_resident_contribution",
    "insurance_spell": "fct_insurance_spell",
    "account_entry": "fct_account_entry",
    "clearing": "fct_clearing",
    "payment": "fct_payment",
    "fund_asset": "fct_fund_asset",
    "subsidy": "fct_subsidy",
    "person": "dim_person",
    "institution": "dim_institution",
    "employer": "dim_employer",
    "contribution_due": "int_benefits__contribution_due",
}

# Rows of the benefit replay: every settlement with what was worked out (in fen), the years and months of which they are not
# those of the build before, the same in yuan, and the views by their public names (with their name as rows.*).
REPLAY_MODEL = "int_benefits__worked"
CHANGED_MODEL = "int_benefits__changed_replay"
SETTLED_MODEL = "int_benefits__settled"
PUBLIC_ROW_VIEWS = {
    "benefits.fct_benefit_replay": ("benefit_replay", "int_benefits__replay"),
    "benefits.fct_benefit_year": ("benefit_year", "int_benefits__person_year"),
    "benefits.fct_benefit_step": ("benefit_step", "int_benefits__settlement_step"),
}

# The tables that results and checks of Great Expectations join, in this order.
JOINED_RELATIONS = (("data_quality", "fct_check_result"), ("data_quality", "dim_check"))

# The relations that only the export can write: what they hold, and their columns' Chinese labels.
OWN_LABELS = {"dim_build": "版本的事实", "dim_column": "各表的列", "dim_lineage": "各表的内容与由来"}
OWN_RELATIONS = {
    "dim_column": {
        "relation": "表",
        "column_name": "列名",
        "column_position": "列序",
        "data_type": "类型",
        "label_zh": "中文名称",
        "unit_zh": "单位",
        "source_field": "国家平台字段",
        "description": "说明",
    },
    "dim_lineage": {
        "relation_name": "表",
        "relation_label_zh": "表的中文名",
        "resource_type": "类别",
        "layer": "层",
        "description": "说明",
        "depends_on": "来源表",
        "tests": "检验",
        "exposures": "页面",
    },
    "dim_build": {"key": "项目", "value": "内容"},
}


def export_marts(
    warehouse: Path,
    target: Path,
    manifest: dict[str, Any],
    facts: dict[str, str],
    gx_results: Callable[[], list[dict[str, Any]]],
    gx_checks: list[dict[str, Any]],
    former: Path | None = None,
    name_rows: Callable[[duckdb.DuckDBPyConnection], None] = lambda con: None,
) -> dict[str, int]:
    """Write ``target`` and return its row counts by relation.

    ``name_rows`` puts the views over the rows of the build into it, at the end. ``former`` is the file of the build that
    the working file started from: what it holds already stays as it lies. Of tables that dbt left standing nothing is asked.

    ``facts`` become ``dim_build``; no wall clock may be among them, so that the same input gives the
    same tables. Great Expectations' results join those of dbt in the same relations; they are asked for last.
    """
    if former:
        renew.copy_tables(former, target)
    with duckdb.connect(str(target), config=ONE_CORE) as con:
        con.execute("set preserve_insertion_order = true")
        # two checkpoints: while the results of Great Expectations are still to come, and at the end
        con.execute("set checkpoint_threshold = '1GB'")
        con.execute("set timezone = 'UTC'")
        con.execute(f"set disabled_compression_methods = '{working_file.left_out_compression()}'")
        con.execute(f"attach {quoted_text(str(warehouse))} as warehouse (read_only)")
        # The target's own catalog is named after its file stem.
        assert target.stem == "marts", target
        held = set(base_tables(con, "marts"))
        relations = exported_relations(con)
        for schema in sorted({schema for schema, _ in relations} | {"data_quality"}):
            con.execute(f"create schema if not exists marts.{schema}")

        def write(relation: tuple[str, str], joined: list[dict[str, Any]] | None = None) -> None:
            with con.cursor() as cursor:
                cursor.execute("set timezone = 'UTC'")
                table = ".".join(relation)
                source = source_of(cursor, table, joined or [])
                write_table = renew.renew if relation in held else renew.write_whole
                write_table(cursor, table, source)

        left = {*JOINED_RELATIONS, *(held & standing_tables(manifest))}
        with ThreadPoolExecutor(WRITERS) as pool:
            for each in [pool.submit(write, one) for one in relations if one not in left]:
                each.result()
        con.execute("checkpoint marts")
        for relation, rows in zip(JOINED_RELATIONS, (gx_results(), gx_checks), strict=True):
            if relation in relations:
                write(relation, rows)
        for table, labels in OWN_RELATIONS.items():
            columns = ", ".join(
                f"{name} {'integer' if name == 'column_position' else 'varchar'}" for name in labels
            )
            con.execute(f"create or replace table marts.data_quality.{table} ({columns})")
        for table, rows in (
            ("dim_build", sorted(facts.items())),
            ("dim_lineage", [*lineage_rows(manifest), *own_lineage()]),
            ("dim_column", column_rows(con, manifest)),
        ):
            insert_rows(con, table, list(OWN_RELATIONS[table]), rows)
        counts = row_counts(con)
        name_rows(con)
        con.execute("detach warehouse")
        con.execute("checkpoint marts")
    return counts


def standing_tables(manifest: dict[str, Any]) -> set[tuple[str, str]]:
    """The tables of the build before that nothing changed under."""
    return {
        (node["schema"], relation_of(node))
        for node in manifest["nodes"].values()
        if node["resource_type"] in {"model", "seed"} and standing.TAG in (node.get("tags") or ())
    }


def exported_relations(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """What is exported, the largest first."""
    return [
        (schema, table)
        for schema, table in base_tables(con, "warehouse")
        if schema in EXPORTED_SCHEMAS or (schema == "core" and table.startswith(CORE_PREFIXES))
    ]


def base_tables(con: duckdb.DuckDBPyConnection, catalog: str) -> list[tuple[str, str]]:
    # not of the information schema, which first makes up its views in every attached file
    return con.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ?"
        " order by estimated_size * column_count desc, schema_name, table_name",
        [catalog],
    ).fetchall()


def source_of(con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> str:
    """A table of the working file, with ``rows`` added: by column name and in its types, unknown columns left out."""
    source = f"warehouse.{table}"
    if not rows:
        return source
    con.execute(f"create or replace temp table joined as select * from {source}")
    names = [name for name, *_ in con.execute("select * from joined limit 0").description or []]
    con.register("new_rows", pa.table({name: [row.get(name) for row in rows] for name in names}))
    con.execute("insert into joined select * from new_rows")
    con.unregister("new_rows")
    return "joined"


def insert_rows(
    con: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert in one statement: row by row takes milliseconds each."""
    if not rows:
        return
    values = {column: list(cells) for column, cells in zip(columns, zip(*rows, strict=True), strict=True)}
    con.register("new_rows", pa.table(values))
    con.execute(f"insert into marts.data_quality.{table} select * from new_rows")
    con.unregister("new_rows")


def column_rows(con: duckdb.DuckDBPyConnection, manifest: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Every published column with the label, unit and meaning that the models give it."""
    described = {
        (f"{node['schema']}.{relation_of(node)}", column["name"].lower()): column
        for node in manifest["nodes"].values()
        if node["resource_type"] in {"model", "seed"}
        for column in node["columns"].values()
    }
    present = con.execute(
        """
        select table_schema || '.' || table_name, column_name, ordinal_position, data_type
        from information_schema.columns
        where table_catalog = 'marts'
        order by 1, 3
        """
    ).fetchall()
    rows = []
    for relation, name, position, data_type in present:
        column = described.get((relation, name.lower()), {})
        own = OWN_RELATIONS.get(relation.removeprefix("data_quality."), {})
        meta = {"label_zh": own.get(name), "unit_zh": "" if own else None}
        meta |= {**(column.get("config") or {}).get("meta", {}), **(column.get("meta") or {})}
        rows.append(
            (
                relation,
                name,
                position,
                data_type,
                meta.get("label_zh"),
                meta.get("unit_zh"),
                meta.get("source_field"),
                column.get("description") or None,
            )
        )
    return rows + row_relation_columns(con, manifest, rows)


def row_relation_columns(
    con: duckdb.DuckDBPyConnection, manifest: dict[str, Any], published: list[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """Columns of ``rows.*``: labelled as the published tables label them, else as core or the feeds do."""
    labels: dict[str, tuple[Any, Any, Any]] = {}
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    # the feeds first: they know the platform's own field
    for layer in ("staging", "core", "intermediate"):
        for node in (each for each in models if layer_of(each) == layer):
            for column in node["columns"].values():
                meta = (column.get("config") or {}).get("meta", {})
                given = (meta.get("label_zh"), meta.get("unit_zh"), meta.get("source_field"))
                labels.setdefault(column["name"].lower(), given)
    for _, name, _, _, label, unit, _, _ in published:
        if label:
            labels[name.lower()] = (label, unit, labels.get(name.lower(), (None, None, None))[2])
    relations = row_relations()
    for name in (SETTLED_MODEL, *(model for _, model in PUBLIC_ROW_VIEWS.values())):
        for column, given in described_columns(manifest, name).items():
            labels[column] = labels.get(column) or given
    found = con.execute(
        """
        select table_name, column_name, ordinal_position, data_type
        from information_schema.columns
        where table_catalog = 'warehouse' and table_schema in ('core', 'intermediate')
        order by 1, 3
        """
    ).fetchall()
    return [
        (relations[view], name, position, kind, *labels.get(name.lower(), (None, None, None)), None)
        for view, name, position, kind in found
        if view in relations
    ]


def row_relations() -> dict[str, str]:
    """The public name of every relation of rows, by the model that it is."""
    relations = {view: f"rows.{name}" for name, view in ROW_RELATIONS.items()}
    relations |= {model: public for public, (_, model) in PUBLIC_ROW_VIEWS.items()}
    return relations | {SETTLED_MODEL: "rows.benefit_settlement"}


def described_columns(manifest: dict[str, Any], model: str) -> dict[str, tuple[Any, Any, Any]]:
    """Label, unit and platform field of a model's columns, as the model gives them."""
    return {
        column["name"].lower(): (meta.get("label_zh"), meta.get("unit_zh"), meta.get("source_field"))
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["name"] == model
        for column in node["columns"].values()
        for meta in [(column.get("config") or {}).get("meta", {})]
    }


def relation_of(node: dict[str, Any]) -> str:
    return node.get("alias") or node["name"]


def lineage_rows(manifest: dict[str, Any]) -> list[tuple[str | None, ...]]:
    """One row per model, seed and source: what it reads, what tests it, which pages show it."""
    names = {
        unique_id: f"{node['schema']}.{relation_of(node)}"
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in {"model", "seed"}
    }
    names |= {
        unique_id: f"{source['schema']}.{source['identifier']}"
        for unique_id, source in manifest.get("sources", {}).items()
    }
    tests: dict[str, list[str]] = {unique_id: [] for unique_id in names}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            # A generic test belongs to the relation it is attached to, not to those it compares with.
            attached = node.get("attached_node")
            for unique_id in [attached] if attached else node["depends_on"]["nodes"]:
                if unique_id in tests:
                    tests[unique_id].append(node["name"])
    exposures: dict[str, list[str]] = {unique_id: [] for unique_id in names}
    for exposure in manifest.get("exposures", {}).values():
        for unique_id in exposure["depends_on"]["nodes"]:
            if unique_id in exposures:
                exposures[unique_id].append(exposure["name"])
    every_node = {**manifest["nodes"], **manifest.get("sources", {})}
    found: list[tuple[str | None, ...]] = [
        (
            name,
            own_label(every_node[unique_id]),
            every_node[unique_id]["resource_type"],
            layer_of(every_node[unique_id]),
            every_node[unique_id].get("description") or None,
            listed(names[parent] for parent in depends_on(every_node[unique_id]) if parent in names),
            listed(tests[unique_id]),
            listed(exposures[unique_id]),
        )
        for unique_id, name in names.items()
    ]
    found += [
        (
            public,
            own_label(node),
            "view",
            "rows",
            node.get("description") or None,
            names[unique_id],
            None,
            None,
        )
        for unique_id, node in manifest["nodes"].items()
        if unique_id in names and (public := row_relations().get(node["name"]))
    ]
    return sorted(found, key=lambda row: str(row[0]))


def own_lineage() -> list[tuple[str | None, ...]]:
    """What the relations hold that only the export can write."""
    return [
        (f"data_quality.{name}", label, "table", "marts", None, None, None, None)
        for name, label in OWN_LABELS.items()
    ]


def own_label(node: dict[str, Any]) -> str | None:
    """The Chinese name that a model gives itself."""
    return ((node.get("config") or {}).get("meta") or {}).get("label_zh")


def depends_on(node: dict[str, Any]) -> list[str]:
    return (node.get("depends_on") or {}).get("nodes") or []


def layer_of(node: dict[str, Any]) -> str:
    """The folder under ``models``: staging, core, intermediate, marts; ``seed`` or ``lake`` otherwise."""
    if node["resource_type"] == "model":
        return node["fqn"][1]
    return {"seed": "seed", "source": "lake"}[node["resource_type"]]


def listed(names: Any) -> str | None:
    return ", ".join(sorted(set(names))) or None


def row_counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    tables = con.execute(
        """
        select table_schema || '.' || table_name
        from information_schema.tables
        where table_catalog = 'marts'
        order by 1
        """
    ).fetchall()
    counts = {}
    for (table,) in tables:
        found = con.execute(f"select count(*) from marts.{table}").fetchone()
        counts[table] = found[0] if found else 0
    return counts


def quoted_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
