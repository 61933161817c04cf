"""The rows behind a build: the lake's files that stood when it was made, and the relations ``rows.*`` over them.

``rows/`` of a build holds hard links (copies where the file system has none) of the lake's Parquet files in the lake's
own layout, the code maps that the relations read, and ``relations.json`` with the queries. A build is complete in
itself: later deliveries, and later versions of the product, change neither its rows nor how they are read.
"""

import json
import re
from pathlib import Path
from typing import Any

import duckdb

from shouzhi.cores import ONE_CORE, on_cores
from shouzhi.home import link, write_durably
from shouzhi.intake.contract import business_feeds
from shouzhi.intake.feeds.relations import no_rows
from shouzhi.warehouse import replay_rows
from shouzhi.warehouse.export import PUBLIC_ROW_VIEWS, ROW_RELATIONS, SETTLED_MODEL, quoted_text

FOLDER = "rows"
RELATIONS_NAME = "relations.json"
PLACE = "{rows}"


def write_rows(
    warehouse: Path,
    lake_root: Path,
    manifest: dict[str, Any],
    build: Path,
    former: Path | None = None,
    cores: int = 1,
) -> dict[str, int]:
    """Fill the folder of rows of a ``build`` and return the size of each file in it by its path there.

    ``former`` is the folder of the build that this one started from; a statement has ``cores``.
    """
    folder = build / FOLDER
    folder.mkdir()
    nodes = {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] in {"model", "seed"}
    }
    queries: dict[str, str] = {}
    with duckdb.connect(config=on_cores(cores)) as con:
        # attached: a file may be open in one configuration only, and the checks that run beside this have their own
        con.execute(f"attach {quoted_text(str(warehouse))} as warehouse (read_only)")
        con.execute("use warehouse")
        views = dict(
            con.execute("select view_name, sql from duckdb_views() where schema_name = 'lake'").fetchall()
        )
        for feed in source_feeds(manifest, nodes):
            queries[f'"warehouse"."lake"."{feed}"'] = (
                linked(views[feed], lake_root, folder) if feed in views else no_rows(business_feeds()[feed])
            )
        for name in needed(nodes, "seed"):
            path = f"reference/{name}.parquet"
            (folder / "reference").mkdir(exist_ok=True)
            source = f"select * from {nodes[name]['relation_name']} order by all"
            con.execute(f"copy ({source}) to {quoted_text(str(folder / path))} (format parquet)")
            queries[nodes[name]["relation_name"]] = f"select * from read_parquet('{PLACE}/{path}')"
        replay = replay_rows.write_replay(con, nodes, folder, former / FOLDER if former else None)
    for name in needed(nodes, "staging"):
        queries[nodes[name]["relation_name"]] = moved(nodes[name]["compiled_code"], queries)
    relations = {name: moved(nodes[model]["compiled_code"], queries) for name, model in ROW_RELATIONS.items()}
    relations["benefit_settlement"] = replay[nodes[SETTLED_MODEL]["relation_name"]]
    for name, model in PUBLIC_ROW_VIEWS.values():
        relations[name] = moved(nodes[model]["compiled_code"], replay)
    write_durably(folder / RELATIONS_NAME, json.dumps(relations, ensure_ascii=False, indent=1) + "\n")
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def name_publicly(con: duckdb.DuckDBPyConnection, build: Path) -> None:
    """Give the relations of the replay their public names in the marts of a connection."""
    folder = build / FOLDER
    relations = json.loads((folder / RELATIONS_NAME).read_text(encoding="utf-8"))
    replay_rows.name_publicly(con, relations, folder)


def needed(nodes: dict[str, dict[str, Any]], kind: str) -> list[str]:
    """Staging models or seeds that the relations read."""
    parents = {parent for model in ROW_RELATIONS.values() for parent in parents_of(nodes, model)}
    return sorted(
        name
        for name in parents
        if (nodes[name]["resource_type"] == "seed" if kind == "seed" else nodes[name]["fqn"][1] == kind)
    )


def parents_of(nodes: dict[str, dict[str, Any]], model: str) -> set[str]:
    """The models and seeds that a model reads; an ephemeral one is part of its reader, so what it reads counts instead."""
    found: set[str] = set()
    for parent in (unique_id.split(".")[-1] for unique_id in nodes[model]["depends_on"]["nodes"]):
        if parent in nodes and nodes[parent]["config"].get("materialized") == "ephemeral":
            found |= parents_of(nodes, parent)
        elif parent in nodes:
            found.add(parent)
    return found


def source_feeds(manifest: dict[str, Any], nodes: dict[str, dict[str, Any]]) -> list[str]:
    """The feeds under those staging models."""
    return sorted(
        manifest["sources"][parent]["name"]
        for name in needed(nodes, "staging")
        for parent in nodes[name]["depends_on"]["nodes"]
    )


def linked(view: str, lake_root: Path, folder: Path) -> str:
    """The query of a view of the lake over links of its files."""
    body = view.split(" AS ", 1)[1].rstrip().rstrip(";")
    root = str(lake_root.resolve()).rstrip("/") + "/"
    for path in sorted(set(re.findall(re.escape(f"'{root}") + r"([^']+)'", body))):
        link(lake_root / path, folder / path)
    return body.replace(f"'{root}", f"'{PLACE}/")


def moved(sql: str, queries: dict[str, str]) -> str:
    """A compiled model with the build's own queries in the place of the working file's relations."""
    for relation, query in queries.items():
        sql = sql.replace(relation, f"(\n{query}\n)")
    # A relation may read another relation of the rows; code lists and parameters are tables of the marts.
    for name, model in ROW_RELATIONS.items():
        sql = sql.replace(f'"warehouse"."core"."{model}"', f"rows.{name}")
    for schema in ("core", "benefits"):
        sql = sql.replace(f'"warehouse"."{schema}".', f'"marts"."{schema}".')
    return sql


def read_rows(warehouse: Path, build: Path) -> None:
    """Read a row of every relation of a build's rows as a reader does, with the code lists where they still are."""
    with duckdb.connect(config=ONE_CORE) as con:
        con.execute(f"attach {quoted_text(str(warehouse))} as marts (read_only)")
        attach_rows(con, build)
        for name in ROW_RELATIONS:
            con.execute(f"select * from rows.{name} limit 1").fetchall()


def attach_rows(con: duckdb.DuckDBPyConnection, build_folder: Path) -> None:
    """Make ``rows.*`` readable in a connection to the build's marts, and of all files only those of the build."""
    folder = build_folder / FOLDER
    con.execute("attach ':memory:' as rows (read_write)")
    # files of a build never change: relations that read the same ones read their footers once
    con.execute("set parquet_metadata_cache = true")
    directories = [str(folder.resolve()) + "/"] if folder.is_dir() else []
    con.execute(f"set allowed_directories = [{', '.join(map(quoted_text, directories))}]")
    con.execute("set enable_external_access = false")
    stored = folder / RELATIONS_NAME
    if stored.is_file():
        place = str(folder.resolve()).replace("'", "''")
        for name, sql in json.loads(stored.read_text(encoding="utf-8")).items():
            con.execute(f"create view rows.{name} as {sql.replace(PLACE, place)}")
