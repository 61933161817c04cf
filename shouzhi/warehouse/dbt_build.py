"""Models, seeds and tests: one ``dbt build`` in this process into a fresh working file.

dbt is imported here and nowhere else. Telemetry is off in ``dbt_project.yml`` and, for a project
directory that somebody replaced, in the environment too.
"""

import contextlib
import io
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from shouzhi.errors import UserError
from shouzhi.home import PRODUCT_ROOT, Home

# Unit tests prove the rules on fixed rows, not on this home's data: ``make test`` runs them. Exposures describe pages
# and run nothing; dbt would report them as no-ops.
EXCLUDED_TYPES = ("unit_test", "exposure")
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
    warned: tuple[str, ...]
    manifest: dict[str, Any]


def fresh_warehouse(home: Home) -> Path:
    """An empty working file: what a killed run left is never read again."""
    home.work.mkdir(parents=True, exist_ok=True)
    for leftover in home.work.glob("warehouse.duckdb*"):
        leftover.unlink()
    return home.warehouse


def forget_other_code(home: Home, code_hash: str) -> None:
    """Drop dbt's parse cache of another product version: a partial parse across versions can fail or go stale."""
    mark = home.dbt_target / "code_hash"
    if not mark.is_file() or mark.read_text(encoding="utf-8") != code_hash:
        shutil.rmtree(home.dbt_target, ignore_errors=True)
        home.dbt_target.mkdir(parents=True)
        mark.write_text(code_hash, encoding="utf-8")


def run_dbt(home: Home, code_hash: str, product_root: Path = PRODUCT_ROOT) -> DbtOutcome:
    """Build everything and test it; raises only when dbt itself cannot start or does not finish."""
    forget_other_code(home, code_hash)
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    os.environ["SHOUZHI_WAREHOUSE"] = str(home.warehouse)
    os.environ["SHOUZHI_MEMORY_LIMIT"] = f"{home.config.memory_limit_gb}GB"
    os.environ["SHOUZHI_THREADS"] = str(home.config.threads)
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    (home.dbt_target / "run_results.json").unlink(missing_ok=True)
    arguments = [
        "build",
        *("--project-dir", str(product_root)),
        *("--profiles-dir", str(product_root)),
        *("--target-path", str(home.dbt_target)),
        *("--log-path", str(home.work / "dbt_log")),
        *("--threads", str(home.config.threads)),
        *(part for kind in EXCLUDED_TYPES for part in ("--exclude-resource-type", kind)),
        "--quiet",
        "--no-use-colors",
        "--no-print",
        "--no-version-check",
        *("--log-level-file", "error"),
    ]
    try:
        # What dbt prints is for its developers; the run says the same in its own words.
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            result = dbtRunner().invoke(arguments)
    finally:
        DuckDBConnectionManager.close_all_connections()
    if result.exception is not None or result.result is None:
        detail = one_line(str(result.exception or printed.getvalue() or "dbt"))
        raise UserError(f"建模没有完成，没有发布：{detail}") from result.exception
    return outcome(home, result)


def outcome(home: Home, result: Any) -> DbtOutcome:
    """Success = exit code ok, this invocation's own results on disk, and every expected node ran."""
    from dbt_common.invocation import get_invocation_id

    results = result.result.results
    failed = tuple(failed_node(item) for item in results if str(item.status) in NOT_RUN)
    written = json.loads((home.dbt_target / "run_results.json").read_text(encoding="utf-8"))
    invocation = get_invocation_id()
    is_ours = written["metadata"]["invocation_id"] == invocation
    manifest = json.loads((home.dbt_target / "manifest.json").read_text(encoding="utf-8"))
    missing = expected_nodes(manifest) - {item.node.unique_id for item in results}
    if not is_ours or (missing and not failed):
        names = "、".join(sorted(missing)[:3])
        raise UserError(f"建模没有完整执行（缺少 {len(missing)} 个节点 {names}），没有发布。请重新运行。")
    return DbtOutcome(
        is_success=bool(result.success) and not failed,
        failed=failed,
        node_count=len(results),
        warned=tuple(item.node.name for item in results if str(item.status) == "warn"),
        manifest=manifest,
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


def failure_sentence(outcome: DbtOutcome, warehouse: Path) -> str:
    """One Chinese sentence: which check, where, how much."""
    tests = [node for node in outcome.failed if node.resource_type == "test" and node.status == "fail"]
    broken = [node for node in outcome.failed if "error" in node.status]
    if tests:
        worst = tests[0]
        more = f"（另有 {len(tests) - 1} 项检验没有通过）" if len(tests) > 1 else ""
        return f"完整性检验没有通过，没有发布：{test_sentence(worst, warehouse)}{more}。上一次发布的版本保持不变。"
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


def test_sentence(node: FailedNode, warehouse: Path) -> str:
    """The check's name and its first failing row, read by running the test's own query again."""
    check = node.meta.get("label_zh") or node.meta.get("check_id") or node.name
    row = first_failing_row(node, warehouse)
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


def first_failing_row(node: FailedNode, warehouse: Path) -> dict[str, Any]:
    if not node.compiled_sql:
        return {}
    try:
        with duckdb.connect(str(warehouse), read_only=True) as con:
            cursor = con.execute(f"select * from ({node.compiled_sql}) as failing limit 1")
            names = [item[0] for item in cursor.description or []]
            found = cursor.fetchone()
    except duckdb.Error:
        return {}
    return dict(zip(names, found, strict=True)) if found else {}
