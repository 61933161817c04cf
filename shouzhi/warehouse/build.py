"""From the lake to a finished build folder: model, check, export, verify.

Nothing here is visible to readers: a build becomes visible when ``publish.point_to`` names it.
"""

import importlib
import importlib.metadata
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from expectations.apart import Checker, checker_process
from expectations.suites import registry_rows
from shouzhi import __version__
from shouzhi.cores import ONE_CORE, cores_for
from shouzhi.errors import UserError
from shouzhi.home import Home, sync_folder, write_durably
from shouzhi.intake import lake
from shouzhi.progress import Progress
from shouzhi.warehouse import dbt_build, export, identity, prepare, publish, rows, standing, working_file
from shouzhi.warehouse.fault import fault_point
from shouzhi.warehouse.issues import Issues, read_issues
from shouzhi.warehouse.query import open_locked

KEPT_REJECTED = 2
STEP_COUNT = 6

SMOKE_QUERIES = (
    "select count(*) from fund_balance.fct_fund_balance",
    "select count(*) from deficit_warning.fct_warning_level",
    "select count(*) from prefecture_comparison.fct_prefecture_indicator",
    "select count(*) from data_quality.fct_check_result",
    "select count(*) from core.dim_area",
    *(f"select * from {name} limit 0" for name in export.PUBLIC_ROW_VIEWS),
)


class NotPublished(UserError):
    """The data do not hold together: nothing is published, with the reason as the sentence."""


@dataclass
class Steps:
    """Progress lines ``[3/6] …`` and the seconds of each step for the run log."""

    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    done: int = 0

    @contextmanager
    def step(self, code: str, text: str) -> Iterator[None]:
        self.done += 1
        self.progress.line(f"[{self.done}/{STEP_COUNT}] {text} …")
        with self.measured(code):
            yield

    @contextmanager
    def measured(self, code: str) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[code] = round(self.seconds.get(code, 0.0) + time.monotonic() - started, 2)


@dataclass(frozen=True)
class Ahead:
    """What a build does without its delivery: the file to go on from is looked for, the kept models are read, Great
    Expectations is imported."""

    file: Future[prepare.Beginning | None]
    models: Future[Any]
    checker: Checker


@contextmanager
def beginning(home: Home, code_hash: str) -> Iterator[Callable[[], Ahead]]:
    """What begins all that, once; what was begun has ended when this is left, in whatever way.

    An import that is under way when the process ends cannot register what it needs and breaks with a traceback.
    """

    def read_models() -> Any:
        importlib.import_module("dbt.cli.main")
        return dbt_build.kept_models(home.dbt_target, code_hash)

    with checker_process() as checker, ThreadPoolExecutor(2) as pool:

        @cache
        def begin() -> Ahead:
            models = pool.submit(read_models)
            checker.get_ready()
            return Ahead(pool.submit(prepare.begin_file, home, code_hash), models, checker)

        yield begin


def build_identity(home: Home, code: str) -> dict[str, str]:
    """What the build id is made from."""
    fingerprint = lake.fingerprint(home.lake)
    return {
        "build_id": identity.build_id(fingerprint, code, home.config.region, home.config.sample_policy),
        "lake_fingerprint": fingerprint,
        "code_hash": code,
        "region": home.config.region,
        "policy_sample": "true" if home.config.sample_policy else "false",
    }


def known_build(home: Home, build_id: str) -> publish.Build | None:
    """The finished, undamaged build of this identity, if there is one."""
    build = publish.read_build(home.builds / build_id)
    return build if build is not None and publish.is_intact(build) else None


def make_build(
    home: Home,
    ids: dict[str, str],
    begin: Callable[[], Ahead],
    steps: Steps,
) -> publish.Build:
    """Build, check, export and verify; raises ``NotPublished`` where the data do not hold together."""
    with steps.measured("prepare"):
        begun_file = begin().file.result()
    cores = cores_for(prepare.new_rows(home, begun_file))
    staging, warehouse = publish.staging_folder(home, ids["build_id"]), home.warehouse
    try:
        start = begun_file.file if begun_file else None
        with steps.step("dbt", "建模与检验（dbt）"), working_file.opened(home, start, cores) as con:
            with steps.measured("prepare"):
                begun = prepare.prepare_lake(con, home, begun_file)
            with steps.measured("dbt_import"):
                models = begin().models.result()
            outcome = dbt_build.run_dbt(con, home, ids["code_hash"], begun, models)
            # The failed check itself speaks first, then whatever else dbt could not do.
            refuse_integrity_faults(con)
            if not outcome.is_success:
                raise NotPublished(lake.damage(home.lake) or dbt_build.failure_sentence(outcome, con))
        fault_point("after_build")
        check_and_write(home, ids, steps, warehouse, staging, outcome, begun, begin().checker, cores)
    except NotPublished as refusal:
        keep_refusal(home, staging, ids, str(refusal))
        raise
    made = publish.settle(home, staging, ids["build_id"])
    standing.keep(home, made.build_id, outcome.manifest)
    return made


def check_and_write(
    home: Home,
    ids: dict[str, str],
    steps: Steps,
    warehouse: Path,
    staging: Path,
    outcome: dbt_build.DbtOutcome,
    begun: standing.Start | None,
    checker: Checker,
    cores: int,
) -> None:
    """From the working file to a complete staging folder; raises ``NotPublished`` where a table has not its shape."""
    former = home.builds / begun.build_id if begun else None
    facts = build_facts(warehouse, ids)
    marts = staging / publish.MARTS_NAME

    def write_rows() -> dict[str, int]:
        with steps.measured("rows"):
            sizes = rows.write_rows(warehouse, home.lake, outcome.manifest, staging, former, cores)
            rows.read_rows(warehouse, staging)
            return sizes

    def name_rows(con: duckdb.DuckDBPyConnection) -> None:
        linked.result()
        rows.name_publicly(con, staging)

    # None of these waits for another before its end: the checks of the tables' shape, the tables, the rows behind them.
    with ThreadPoolExecutor(3) as pool:
        linked = pool.submit(write_rows)
        checked = pool.submit(checker.check_warehouse, warehouse, staging / "data_docs")
        written = pool.submit(
            export.export_marts,
            warehouse,
            marts,
            outcome.manifest,
            facts,
            checked.result,
            registry_rows(),
            former / publish.MARTS_NAME if former else None,
            name_rows,
        )
        with steps.step("gx", "数据形状检验（Great Expectations）"):
            results = checked.result()
        refuse_failed_expectations(results)
        with steps.step("export", "导出"):
            counts, row_files = written.result(), linked.result()
            fault_point("after_export")
            sealed = pool.submit(seal, marts)
            verify_export(marts, ids["build_id"])
            issues = count_issues(warehouse)
            write_manifest(
                staging,
                ids,
                facts,
                counts,
                issues,
                outcome,
                results,
                warehouse,
                row_files,
                begun,
                sealed.result(),
            )


def refuse_integrity_faults(con: duckdb.DuckDBPyConnection) -> None:
    """A failed integrity check in the working file stops the build, named with its place and its yuan."""
    is_there = con.execute(
        """
        select count(*) > 0
        from information_schema.tables
        where table_schema = 'data_quality' and table_name = 'fct_check_result'
        """
    ).fetchone()
    if is_there != (True,):
        return
    worst = con.execute(
        """
        select
            check_id, check_name, area_code, fund_code, period_code, violated_count, evidence_yuan,
            sample_keys
        from data_quality.fct_check_result
        where kind = 'integrity' and status = 'fail'
        order by abs(evidence_yuan) desc nulls last, check_id, area_code, fund_code, period_code
        """
    ).fetchall()
    if not worst:
        return
    check_id, name, area, fund, period, violated, yuan, keys = worst[0]
    named = [
        name_of(con, "core.dim_area", "area", area),
        name_of(con, "core.dim_fund", "fund", fund),
        period,
    ]
    place = "、".join(part for part in named if part) or keys or "全部数据"
    amount = f"，涉及 {yuan} 元" if yuan is not None else ""
    more = f"（另有 {len(worst) - 1} 处）" if len(worst) > 1 else ""
    raise NotPublished(
        f"完整性检验 {check_id}（{name}）没有通过：{place}，{violated} 行不符{amount}{more}。"
        "没有发布，上一次发布的版本保持不变。"
    )


def name_of(con: duckdb.DuckDBPyConnection, relation: str, what: str, code: str | None) -> str | None:
    """The Chinese name of a code, or the code where no dimension names it."""
    try:
        found = con.execute(f"select {what}_name from {relation} where {what}_code = ?", [code]).fetchone()
    except duckdb.Error:
        found = None
    return found[0] if found else code


def refuse_failed_expectations(results: list[dict[str, Any]]) -> None:
    failed = [row for row in results if row["status"] == "fail"]
    if failed:
        first = failed[0]
        more = f"（另有 {len(failed) - 1} 项）" if len(failed) > 1 else ""
        why = f"，检验无法执行（{first['sample_keys']}）" if first["sample_keys"] else ""
        raise NotPublished(
            f"数据形状检验 {first['check_id']}（{first['check_name']}）没有通过：表 {first['relation']} "
            f"有 {first['violated_count']} 处不符{why}{more}。没有发布，上一次发布的版本保持不变。"
        )


def keep_refusal(home: Home, staging: Path, ids: dict[str, str], reason: str) -> None:
    """Keep the reason and the Data Docs of a refused build, without tables; the lake has the data."""
    (staging / publish.MARTS_NAME).unlink(missing_ok=True)
    shutil.rmtree(staging / rows.FOLDER, ignore_errors=True)
    text = json.dumps({**ids, "reason": reason, "refused_at": now()}, ensure_ascii=False, indent=2)
    write_durably(staging / "refused.json", text + "\n")
    target = home.builds / f"{publish.REJECTED_PREFIX}{ids['build_id']}"
    shutil.rmtree(target, ignore_errors=True)
    staging.rename(target)
    rejected = sorted(home.builds.glob(f"{publish.REJECTED_PREFIX}*"), key=lambda path: path.stat().st_mtime)
    for old in rejected[:-KEPT_REJECTED]:
        shutil.rmtree(old, ignore_errors=True)


def build_facts(warehouse: Path, ids: dict[str, str]) -> dict[str, str]:
    """The rows of ``dim_build``: the same for the same input, therefore without any wall clock."""
    with duckdb.connect(str(warehouse), read_only=True, config=ONE_CORE) as con:
        found = con.execute(
            """
            select max(period_end_date)
            from (
                select period_end_date from fund_balance.fct_fund_balance where is_actual
                union all
                select period.period_end_date
                from core.dim_period as period
                inner join core.dim_business_month as business_month
                    on period.period_type = 'month' and period.period_code = business_month.month_code
            )
            """
        ).fetchone()
    data_date = found[0] if found else None
    return {
        **ids,
        "product_version": __version__,
        "schema_version": str(export.SCHEMA_VERSION),
        "data_date": data_date.isoformat() if data_date else "",
        "duckdb_version": duckdb.__version__,
        "dbt_version": importlib.metadata.version("dbt-core"),
        "great_expectations_version": importlib.metadata.version("great-expectations"),
    }


def count_issues(warehouse: Path) -> Issues:
    """Everything that nothing later settled, whichever delivery it came with, and every hold."""
    with duckdb.connect(str(warehouse), read_only=True, config=ONE_CORE) as con:
        return read_issues(con).counted


def verify_export(marts: Path, build_id: str) -> None:
    """Reopen as a reader does and ask some questions."""
    assert not list(marts.parent.glob("*.wal")), "the export was not checkpointed"
    with open_locked(marts) as con:
        for sql in SMOKE_QUERIES:
            con.execute(sql).fetchall()
        found = con.execute("select value from data_quality.dim_build where key = 'build_id'").fetchone()
    assert found == (build_id,), found


def seal(marts: Path) -> str:
    """Make the file read-only and durable; its hash."""
    marts.chmod(0o440)
    descriptor = os.open(marts, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return identity.file_hash(marts)


def write_manifest(
    staging: Path,
    ids: dict[str, str],
    facts: dict[str, str],
    counts: dict[str, int],
    issues: Issues,
    outcome: dbt_build.DbtOutcome,
    results: list[dict[str, Any]],
    warehouse: Path,
    row_files: dict[str, int],
    begun: standing.Start | None,
    marts_hash: str,
) -> None:
    """Everything about the build that is not a table; the only place with a wall clock."""
    manifest = {
        **ids,
        **facts,
        "built_at": now(),
        # The build whose tables stand where nothing under them changed; nothing = everything was made.
        "started_from": begun.build_id if begun else None,
        "exit_code": issues.exit_code,
        "issues": vars(issues),
        "dbt_nodes": outcome.node_count,
        "dbt_nodes_standing": outcome.standing_count,
        "dbt_warnings": list(outcome.warned),
        "expectations": dict(sorted(status_counts(results).items())),
        "inputs": read_inputs(warehouse),
        "row_counts": counts,
        "row_files": row_files,
        "marts_sha256": marts_hash,
        "marts_bytes": (staging / publish.MARTS_NAME).stat().st_size,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    write_durably(staging / publish.MANIFEST_NAME, text + "\n")
    sync_folder(staging)


def status_counts(results: list[dict[str, Any]]) -> dict[str, int]:
    statuses = [row["status"] for row in results]
    return {status: statuses.count(status) for status in set(statuses)}


def read_inputs(warehouse: Path) -> list[dict[str, Any]]:
    with duckdb.connect(str(warehouse), read_only=True, config=ONE_CORE) as con:
        inputs = con.execute(
            """
            select delivery_no, file_name, content_hash, status_code
            from lake.intake_file
            order by delivery_no, file_name, content_hash
            """
        ).fetchall()
    names = ("delivery_no", "file_name", "content_hash", "status_code")
    return [dict(zip(names, row, strict=True)) for row in inputs]


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S%z")
