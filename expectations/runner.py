"""Run every suite on the working warehouse, write Data Docs, and return rows for ``fct_check_result``."""

import logging
import re
import shutil
import warnings
from pathlib import Path
from typing import Any

import duckdb

from expectations import duckdb_adapter
from expectations.counts import is_row_level, violated_sql
from expectations.suites import Check, Suite, read_suites
from shouzhi.cores import ONE_CORE

# Data Docs load style sheets and scripts from the internet. No page of ours may ask for anything outside.
OUTSIDE_TAGS = re.compile(
    r"<script\b[^>]*\bsrc=[\"']?https?://[^>]*>\s*</script>|<link\b[^>]*\bhref=[\"']?https?://[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
OUTSIDE_IMAGES = re.compile(r"<img\b[^>]*\bsrc=[\"']?https?://[^>]*>", re.IGNORECASE | re.DOTALL)
OUTSIDE_STYLES = re.compile(r"url\([\"']?https?://[^)]*\)|@import\s[^;]*https?://[^;]*;", re.IGNORECASE)
PLAIN_STYLE = """<style>
body { font-family: sans-serif; margin: 2rem; color: #1f2933; }
table { border-collapse: collapse; } td, th { border: 1px solid #cbd2d9; padding: .25rem .5rem; text-align: left; }
.modal, .fa { display: none; }
</style></head>"""


def check_warehouse(
    warehouse: Path, data_docs: Path | None = None, suites: list[Suite] | None = None
) -> list[dict[str, Any]]:
    """One row per expectation, ordered by check id, in the columns of ``data_quality.fct_check_result``.

    An expectation that cannot be executed is ``fail``: a broken check never passes in silence.
    """
    chosen = read_suites() if suites is None else suites
    verdicts = run_suites(warehouse, chosen, data_docs)
    with duckdb.connect(str(warehouse), read_only=True, config=ONE_CORE) as con:
        rows = [
            result_row(con, suite, check, *verdicts.get(check.check_id, (False, "not executed")))
            for suite in chosen
            for check in suite.checks
        ]
    return sorted(rows, key=lambda row: row["check_id"])


def run_suites(
    warehouse: Path, suites: list[Suite], data_docs: Path | None
) -> dict[str, tuple[bool, str | None]]:
    """check id → (success, error message or None)."""
    import great_expectations as gx
    import great_expectations.expectations as gxe
    from great_expectations.data_context.types.base import ProgressBarsConfig

    # This module of Great Expectations sets its own level when it is imported.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    if data_docs is not None:
        # The default site goes to a temporary folder.
        context.delete_data_docs_site("local_site")
        context.add_data_docs_site(site_name="shouzhi", site_config=site_config(data_docs))
    source = duckdb_adapter.read_only_source(context, "warehouse", warehouse)
    definitions = []
    verdicts: dict[str, tuple[bool, str | None]] = {}
    for suite in suites:
        try:
            with warnings.catch_warnings():
                # One source serves several schemas; the way without this argument wants a source a schema.
                warnings.filterwarnings("ignore", message="`schema_name` is deprecated")
                asset = source.add_table_asset(
                    suite.relation, schema_name=suite.schema, table_name=suite.table
                )
        except Exception as error:  # a relation that is not there fails its checks, not the process
            verdicts |= {check.check_id: (False, first_line(str(error))) for check in suite.checks}
            continue
        batch = asset.add_batch_definition_whole_table("all")
        expectations = [
            getattr(gxe, check.expectation)(
                **check.arguments, meta={"check_id": check.check_id, "name": check.name}
            )
            for check in suite.checks
        ]
        stored = context.suites.add(gx.ExpectationSuite(name=suite.relation, expectations=expectations))
        definition = gx.ValidationDefinition(name=suite.relation, data=batch, suite=stored)
        definitions.append(context.validation_definitions.add(definition))
    if definitions:
        checkpoint = gx.Checkpoint(
            name="shouzhi", validation_definitions=definitions, result_format="BOOLEAN_ONLY"
        )
        outcome = context.checkpoints.add(checkpoint).run()
        for validation in outcome.run_results.values():
            for result in validation.results:
                check_id = result.expectation_config.meta["check_id"]
                verdicts[check_id] = (bool(result.success), error_of(result.exception_info))
    if data_docs is not None:
        context.build_data_docs()
        keep_inside(data_docs)
    for engine in (source.get_execution_engine(), source.get_engine()):
        getattr(engine, "close", getattr(engine, "dispose", lambda: None))()
    return verdicts


def site_config(folder: Path) -> dict[str, Any]:
    return {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
    }


def keep_inside(folder: Path) -> None:
    """Take everything out of the pages that would leave the machine; they stay readable without it.

    The original index is drawn by scripts from outside, therefore ours replaces it.
    """
    for page in [*folder.rglob("*.html"), *folder.rglob("*.css")]:
        text = page.read_text(encoding="utf-8")
        for outside in (OUTSIDE_TAGS, OUTSIDE_IMAGES, OUTSIDE_STYLES):
            text = outside.sub("", text)
        page.write_text(text.replace("</head>", PLAIN_STYLE, 1), encoding="utf-8")
    for unused in ("fonts", "images"):
        shutil.rmtree(folder / "static" / unused, ignore_errors=True)
    items = "".join(
        f'<li><a href="{page.relative_to(folder).as_posix()}">{page.stem.removeprefix("warehouse-")}</a></li>'
        for page in sorted(folder.glob("validations/**/*.html"))
    )
    (folder / "index.html").write_text(
        f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>数据检验报告</title>{PLAIN_STYLE}'
        f"<body><h1>数据检验报告</h1><p>每个表一页：预期与结果。</p><ul>{items}</ul></body></html>\n",
        encoding="utf-8",
    )


def error_of(info: dict[str, Any] | None) -> str | None:
    """The message of a failed execution; Great Expectations nests it by metric."""
    if not info:
        return None
    entries = [info] if "raised_exception" in info else list(info.values())
    for entry in entries:
        if entry.get("raised_exception"):
            return first_line(entry.get("exception_message") or "error")
    return None


def first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "error"


def result_row(
    con: duckdb.DuckDBPyConnection, suite: Suite, check: Check, is_met: bool, error: str | None
) -> dict[str, Any]:
    rows = counted(con, f"select count(*) from {suite.relation}")
    violated = 0 if is_met else 1
    count_sql = violated_sql(suite, check)
    if not is_met and error is None and count_sql is not None:
        violated = counted(con, count_sql) or 1
    return {
        "check_id": check.check_id,
        "check_name": check.name,
        "kind": check.kind,
        "tool": "gx",
        "relation": suite.relation,
        "violated_count": violated,
        "denominator_count": rows or 0,
        "status": status_of(check, rows, is_met),
        "sample_keys": error,
        "endangered_marts": ", ".join(suite.endangers),
    }


def status_of(check: Check, rows: int | None, is_met: bool) -> str:
    if not is_met:
        return "fail" if check.kind == "integrity" else "warn"
    return "na_no_data" if rows == 0 and is_row_level(check) else "pass"


def counted(con: duckdb.DuckDBPyConnection, sql: str) -> int | None:
    try:
        found = con.execute(sql).fetchone()
    except duckdb.Error:
        return None
    return int(found[0]) if found else None
