"""Models, seeds and tests: one ``dbt build`` in this process into a fresh working file.

dbt is imported here and nowhere else. Telemetry is off in ``dbt_project.yml`` and, for a project
directory that somebody replaced, in the environment too.
"""

import contextlib
import io
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from shouzhi.errors import UserError
from shouzhi.home import PRODUCT_ROOT, Home
from shouzhi.interruption import SIGNALS
from shouzhi.warehouse import parse_cache, standing

# Unit tests prove the rules on fixed rows, not on this home's data: ``make test`` runs them. Exposures describe pages
# and run nothing; dbt would report them as no-ops.
EXCLUDED_TYPES = ("unit_test", "exposure")
# dbt writes every event into every logger that is open, whatever its level, and its artifacts twice: a tenth of a small
# run. What it has to say comes back as its result.
QUIET_OPTIONS = (
    *("--log-level", "none"),
    *("--log-level-file", "none"),
    *("--quiet", "--no-print", "--no-use-colors", "--no-version-check", "--no-write-json"),
)
NOT_RUN = {"skipped", "no-op", "error", "runtime error", "fail"}


@dataclass(frozen=True)
class FailedNode:
    """A model, seed or test that did not succeed."""

    name: str
    resource_type: str
    status: str
    message: str
    failures: int
    compiled_sql: str | None
    depends_on: tuple[str, ...]
    meta: dict[str, Any]


@dataclass(frozen=True)
class DbtOutcome:
    """What one invocation did."""

    is_success: bool
    failed: tuple[FailedNode, ...]
    node_count: int
    standing_count: int
    warned: tuple[str, ...]
    manifest: dict[str, Any]


def run_dbt(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    code_hash: str,
    begun: standing.Start | None = None,
    manifest: Any = None,
    product_root: Path = PRODUCT_ROOT,
) -> DbtOutcome:
    """Build and test whatever does not stand in the working file yet; raises only when dbt itself cannot start or finish.

    ``con`` holds the working file open meanwhile. ``manifest`` are the models as they were kept, where somebody has read
    them for this build already.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    excluded = [part for kind in EXCLUDED_TYPES for part in ("--exclude-resource-type", kind)]
    threads = ("--threads", str(home.config.threads))
    try:
        if manifest is None:
            manifest = parsed_models(home.dbt_target, code_hash, product_root)
        stands = standing.mark_standing(manifest, begun, con) if begun else set()
        # by the tag alone: a test on a view that stands asks what lies under it
        left_out = ["--exclude", f"tag:{standing.TAG}", "--indirect-selection", "empty"] if stands else []
        built = invoke(
            ["build", *excluded, *left_out, *threads, *places(home.dbt_target, product_root)], manifest
        )
    finally:
        DuckDBConnectionManager.close_all_connections()
    return outcome(built, manifest, stands)


def places(target: Path, product_root: Path) -> list[str]:
    """Where dbt finds the product and where it writes."""
    return [
        *("--project-dir", str(product_root)),
        *("--profiles-dir", str(product_root)),
        *("--target-path", str(target)),
        *("--log-path", str(target.with_name("dbt_log"))),
        *QUIET_OPTIONS,
    ]


def parsed_models(target: Path, code_hash: str, product_root: Path = PRODUCT_ROOT) -> Any:
    """The manifest of this version of the product: as it was kept, else parsed now and kept.

    dbt would parse afresh for every home, because the working file's place stands in its profile. No model reads that place,
    and all else that a parse depends on stands in ``code_hash``. A build notes in the manifest what it has written out: ask
    again for every build.
    """
    manifest = kept_models(target, code_hash, product_root)
    if manifest is None:
        manifest = invoke(["parse", "--no-partial-parse", *places(target, product_root)]).result
        parse_cache.keep(target, code_hash, product_root)
    return manifest


def kept_models(target: Path, code_hash: str, product_root: Path = PRODUCT_ROOT) -> Any:
    """The manifest of this version of the product as it was kept, if it was."""
    parse_cache.lay_out(target, code_hash, product_root)
    return kept_manifest(target / parse_cache.FILE_NAME)


def kept_manifest(parsed: Path) -> Any:
    """What dbt parsed before, read as dbt reads it; nothing where it is missing, damaged or another dbt's."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder
    from dbt.version import __version__ as dbt_version

    if not parsed.is_file():
        return None
    try:
        manifest = Manifest.from_msgpack(parsed.read_bytes(), decoder=extended_mashumuro_decoder)
    except Exception:  # a damaged file fails in as many ways as there are fields
        return None
    return manifest if manifest.metadata.dbt_version == dbt_version else None


def invoke(arguments: list[str], manifest: Any = None) -> Any:
    """What one dbt command returns: failed nodes are in there, an error of the command itself is raised."""
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    from dbt.cli.main import dbtRunner

    from shouzhi.warehouse.dbt_events import tell_warnings_and_errors

    tell_warnings_and_errors()
    errors: list[str] = []

    def note(event: Any) -> None:
        if event.info.level == "error":
            errors.append(event.info.msg)

    # What dbt prints is for its developers; the run says the same in its own words.
    with interruption_kept(), contextlib.redirect_stdout(io.StringIO()) as printed:
        result = dbtRunner(manifest=manifest, callbacks=[note]).invoke(arguments)
    if result.exception is not None or result.result is None:
        detail = one_line(str(result.exception or " ".join(errors) or printed.getvalue() or "dbt"))
        raise UserError(f"建模没有完成，没有发布：{detail}") from result.exception
    return result


@contextlib.contextmanager
def interruption_kept() -> Iterator[None]:
    """Ctrl+C inside interrupts whoever called, whatever dbt makes of it: it turns every exception into a result."""
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    callables = {number: handler for number, handler in handlers.items() if callable(handler)}
    if threading.current_thread() is not threading.main_thread() or not callables:
        # Nobody is to be interrupted: signals come to the main thread, and may be ignored by the whole process.
        yield
        return
    came: list[int] = []

    def note(number: int, frame: Any) -> None:
        came.append(number)
        callables[signal.Signals(number)](number, frame)

    for number in callables:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number, handler in callables.items():
            signal.signal(number, handler)
    if came:
        raise KeyboardInterrupt


def outcome(built: Any, manifest: Any, stands: set[str]) -> DbtOutcome:
    """Success = dbt says so, every expected node stands or ran, and none failed."""
    results = built.result.results
    failed = tuple(failed_node(item) for item in results if str(item.status) in NOT_RUN)
    known = {
        kind: {
            unique_id: item.to_dict(omit_none=False) for unique_id, item in getattr(manifest, kind).items()
        }
        for kind in ("nodes", "sources", "exposures")
    }
    missing = expected_nodes(known) - stands - {item.node.unique_id for item in results}
    if missing and not failed:
        names = "、".join(sorted(missing)[:3])
        raise UserError(f"建模没有完整执行（缺少 {len(missing)} 个节点 {names}），没有发布。请重新运行。")
    return DbtOutcome(
        is_success=bool(built.success) and not failed,
        failed=failed,
        node_count=len(results),
        standing_count=len(stands),
        warned=tuple(item.node.name for item in results if str(item.status) == "warn"),
        manifest=known,
    )


def expected_nodes(manifest: dict[str, Any]) -> set[str]:
    """Every enabled model, seed and data test that is not ephemeral."""
    return {
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in {"model", "seed", "test"}
        and node["config"].get("enabled", True)
        and node["config"].get("materialized") != "ephemeral"
    }


def failed_node(item: Any) -> FailedNode:
    node = item.node
    return FailedNode(
        name=node.name,
        resource_type=str(node.resource_type),
        status=str(item.status),
        message=item.message or "",
        failures=item.failures or 0,
        compiled_sql=getattr(node, "compiled_code", None),
        depends_on=tuple(node.depends_on.nodes) if hasattr(node, "depends_on") else (),
        meta=dict(getattr(node.config, "meta", {}) or {}),
    )


def one_line(text: str, length: int = 300) -> str:
    return " ".join(text.split())[:length]


def failure_sentence(outcome: DbtOutcome, con: duckdb.DuckDBPyConnection) -> str:
    """One Chinese sentence: which check, where, how much."""
    tests = [node for node in outcome.failed if node.resource_type == "test" and node.status == "fail"]
    broken = [node for node in outcome.failed if "error" in node.status]
    if tests:
        worst = tests[0]
        more = f"（另有 {len(tests) - 1} 项检验没有通过）" if len(tests) > 1 else ""
        return f"完整性检验没有通过，没有发布：{test_sentence(worst, con)}{more}。上一次发布的版本保持不变。"
    if broken:
        node = broken[0]
        return f"建模时 {node.name} 出错，没有发布：{error_line(node.message)}。上一次发布的版本保持不变。"
    return "建模没有完整执行，没有发布。上一次发布的版本保持不变。"


def error_line(message: str) -> str:
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    useful = [
        line
        for line in lines
        if "Error" in line and not line.startswith(("Runtime Error in", "Database Error in"))
    ]
    return (useful or lines[:2] or ["没有说明"])[-1 if useful else 0]


def test_sentence(node: FailedNode, con: duckdb.DuckDBPyConnection) -> str:
    """The check's name and its first failing row, read by running the test's own query again."""
    check = node.meta.get("label_zh") or node.meta.get("check_id") or node.name
    row = first_failing_row(node, con)
    place = "、".join(
        str(row[name])
        for name in (
            "check_id",
            "check_name",
            "area_name",
            "area_code",
            "fund_name",
            "fund_code",
            "period_code",
            "file_name",
        )
        if row.get(name) not in (None, "")
    )
    amounts = "，".join(
        f"{name} {value} 元" for name, value in row.items() if name.endswith("_yuan") and value is not None
    )
    parts = [f"检验 {check}", f"{node.failures} 处不符"]
    if place:
        parts.append(f"第一处：{place}")
    if amounts:
        parts.append(amounts)
    return "，".join(parts)


def first_failing_row(node: FailedNode, con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    if not node.compiled_sql:
        return {}
    try:
        cursor = con.execute(f"select * from ({node.compiled_sql}) as failing limit 1")
        names = [item[0] for item in cursor.description or []]
        found = cursor.fetchone()
    except duckdb.Error:
        return {}
    return dict(zip(names, found, strict=True)) if found else {}
