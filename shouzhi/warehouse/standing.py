"""The working file of the build before, and what in it still stands.

A run goes on in the working file that made the newest finished build of the same code, region and choice of parameters (see
``working_file``). What no changed relation of the lake reaches stands there already: seeds and reference tables always, the
tests on them, and every view. dbt makes the rest anew, and of the aggregates kept by month the months that changed.

The file belongs to the build whose id is in its name. It holds nothing that cannot be made from the lake: where it is
missing, everything is made anew.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from shouzhi.cores import ONE_CORE
from shouzhi.home import Home, write_durably

TAG = "stands"
# The meta of a model whose next version reads what its table held before, and how that table is called then.
FORMER_META = "keeps_former"
FORMER_PREFIX = "former_"
SIGNATURES_SQL = """
select table_name, string_agg(column_name || ' ' || data_type, ', ' order by column_index), max(sql)
from duckdb_columns()
left join (select view_name, sql from duckdb_views() where schema_name = 'lake') on table_name = view_name
where schema_name = 'lake'
group by table_name
"""


@dataclass(frozen=True)
class Source:
    """A relation of the lake: its columns, and what tells its rows from others."""

    shape: str
    rows: str


@dataclass(frozen=True)
class Start:
    """The build that a run starts from, and the relations of the lake that are not what they were for it."""

    build_id: str
    changed: frozenset[str] = frozenset()
    # of these, those whose columns are others too
    reshaped: frozenset[str] = frozenset()
    compiled: Mapping[str, str] = field(default_factory=dict)


def kept_file(home: Home, build_id: str) -> Path:
    return home.work / f"kept_{build_id}.duckdb"


def compiled_file(home: Home, build_id: str) -> Path:
    return home.work / f"kept_{build_id}.json"


def kept_builds(home: Home) -> set[str]:
    """The ids of the builds whose working file is there."""
    found = {path.stem.removeprefix("kept_") for path in home.work.glob("kept_*.duckdb")}
    return {build_id for build_id in found if compiled_file(home, build_id).is_file()}


def kept_sources(home: Home, build_id: str) -> dict[str, Source] | None:
    """The relations of the lake in the kept file; one that cannot be opened is removed and has none."""
    try:
        with duckdb.connect(str(kept_file(home, build_id)), read_only=True, config=ONE_CORE) as con:
            con.execute("select count(*) from core.fct_feed_month")
            return sources(con)
    except duckdb.Error:
        kept_file(home, build_id).unlink()
        return None


def read_compiled(home: Home, build_id: str) -> dict[str, str]:
    """The SQL of the models and tests of that build, as dbt wrote it out."""
    return json.loads(compiled_file(home, build_id).read_text(encoding="utf-8"))


def keep(home: Home, build_id: str, manifest: dict[str, Any]) -> None:
    """The working file becomes what the next run starts from, in the place of the one before."""
    compiled = {
        unique_id: node["compiled_code"]
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "test") and node.get("compiled_code")
    }
    for former in home.work.glob("kept_*"):
        former.unlink()
    write_durably(compiled_file(home, build_id), json.dumps(compiled, ensure_ascii=False))
    home.warehouse.rename(kept_file(home, build_id))


def sources(con: duckdb.DuckDBPyConnection) -> dict[str, Source]:
    """The relations of the lake: a view by its query over files that never change, a table by its rows."""
    found: dict[str, Source] = {}
    for name, shape, query in con.execute(SIGNATURES_SQL).fetchall():
        rows = query or repr(
            con.execute(
                f'select count(*), sum(cast(hash(relation) as hugeint)) from lake."{name}" as relation'
            ).fetchone()
        )
        found[name] = Source(shape, rows)
    return found


def start(
    build_id: str, before: dict[str, Source], now: dict[str, Source], compiled: Mapping[str, str]
) -> Start:
    """A run that starts from ``build_id``, whose lake was ``before``."""
    changed = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
    reshaped = {
        name
        for name in changed
        if name not in before or name not in now or before[name].shape != now[name].shape
    }
    return Start(build_id, frozenset(changed), frozenset(reshaped), compiled)


def standing_nodes(manifest: Any, begun: Start) -> set[str]:
    """The models, seeds and tests of dbt's ``manifest`` that need not be made or asked again.

    A view is its query, whatever the rows under it. A test that only warns has to say so in every run.
    """
    changed = reached(manifest, begun.changed)
    reshaped = reached(manifest, begun.reshaped)
    return {
        unique_id
        for unique_id, node in manifest.nodes.items()
        if node.config.materialized != "ephemeral"
        and unique_id not in (reshaped if node.config.materialized == "view" else changed)
        and (node.resource_type != "model" or unique_id in begun.compiled)
        and str(getattr(node.config, "severity", "error")).lower() == "error"
    }


def reached(manifest: Any, names: frozenset[str]) -> set[str]:
    """The nodes that read a source of one of these names, through whatever others."""
    children: dict[str, list[str]] = {}
    for unique_id, node in manifest.nodes.items():
        for parent in node.depends_on_nodes:
            children.setdefault(parent, []).append(unique_id)
    return followed(
        {unique_id for unique_id, source in manifest.sources.items() if source.identifier in names}, children
    )


def asking_nodes(manifest: Any) -> set[str]:
    """The nodes whose SQL depends on what the working file holds: they, or what is folded into them, call ``execute``."""
    asking = {unique_id for unique_id, macro in manifest.macros.items() if "execute" in macro.macro_sql}
    callers: dict[str, list[str]] = {}
    for unique_id, each in (*manifest.macros.items(), *manifest.nodes.items()):
        for macro in each.depends_on.macros if hasattr(each, "depends_on") else ():
            callers.setdefault(macro, []).append(unique_id)
        for parent in getattr(each, "depends_on_nodes", ()):
            if is_folded(manifest, parent):
                callers.setdefault(parent, []).append(unique_id)
    return asking | followed(asking, callers)


def followed(first: set[str], followers: dict[str, list[str]]) -> set[str]:
    """Whatever follows any of ``first``, through whatever others."""
    found: set[str] = set()
    waiting = list(first)
    while waiting:
        for follower in followers.get(waiting.pop(), []):
            if follower not in found:
                found.add(follower)
                waiting.append(follower)
    return found


def is_folded(manifest: Any, unique_id: str) -> bool:
    node = manifest.nodes.get(unique_id)
    return node is not None and node.config.materialized == "ephemeral"


def mark_standing(manifest: Any, begun: Start, con: duckdb.DuckDBPyConnection) -> set[str]:
    """Tag the standing nodes for dbt to leave out, and take the tables that will be made whole out of the working file.

    Of what a model wants to read of its former self, the table is set aside until the next run.
    """
    stands = standing_nodes(manifest, begun)
    for unique_id in stands:
        node = manifest.nodes[unique_id]
        node.tags.append(TAG)
        if unique_id in begun.compiled:
            node.compiled, node.compiled_code = True, begun.compiled[unique_id]
    # What dbt wrote out of a model before, it takes as it is: only what asks the data is written out anew.
    for unique_id in begun.compiled.keys() - stands - asking_nodes(manifest):
        manifest.nodes[unique_id].raw_code = begun.compiled[unique_id]
    gone = [
        node
        for unique_id, node in manifest.nodes.items()
        if unique_id not in stands and node.resource_type in ("model", "seed")
    ]
    keeping = [node for node in manifest.nodes.values() if node.config.meta.get(FORMER_META)]
    con.begin()
    for node in keeping:
        con.execute(f'drop table if exists "{node.schema}"."{FORMER_PREFIX}{node.alias}"')
    for node in gone:
        relation = f'"{node.schema}"."{node.alias}"'
        if node in keeping:
            con.execute(f'alter table if exists {relation} rename to "{FORMER_PREFIX}{node.alias}"')
        elif node.config.materialized in ("table", "seed", "view"):
            kind = "view" if node.config.materialized == "view" else "table"
            con.execute(f"drop {kind} if exists {relation}")
    con.commit()
    return stands
