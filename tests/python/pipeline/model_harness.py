"""The fast harness of the models: statement lines in, a built warehouse out.

Give every case an area of its own and build all cases at once: one dbt build costs seconds, a query nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from shouzhi.intake import lake
from shouzhi.warehouse import dbt_build, identity, prepare
from tests.python.pipeline.feed_rows import Feeds, load_feeds

ROOT = Path(__file__).resolve().parents[3]
# The catalog is named after the working file and stands in what was parsed.
CATALOG = "warehouse"
UNITS = {"yuan": 1, "wan": 10_000, "yi": 100_000_000}

LAKE_DDL = """
create schema if not exists lake;
create or replace table lake.fund_statement (
    delivery_no int, content_hash varchar, file_name varchar, record_no int, sheet_name varchar, row_number int,
    cell_ref varchar, period_type varchar, period_code varchar, measure_code varchar, admdvs varchar,
    admdvs_name varchar, fund_code varchar, statement_code varchar, given_account_code varchar, account_name varchar,
    is_of_which boolean, parent_account_name varchar, side_code varchar, amount_yuan decimal(20, 2),
    unit_code varchar, precision_yuan decimal(20, 2), doc_no varchar
);
create or replace table lake.quarantine_row (
    delivery_no int, content_hash varchar, file_name varchar, feed_code varchar, sheet_name varchar, row_number int,
    cell_ref varchar, column_name varchar, reason_code varchar, reason_zh varchar, raw_text varchar,
    amount_yuan decimal(20, 2), admdvs varchar, admdvs_name varchar, fund_code varchar, statement_code varchar,
    period_type varchar, period_code varchar
);
create or replace table lake.intake_file (
    delivery_no int, content_hash varchar, file_name varchar, feed_code varchar, period_label varchar,
    status_code varchar, encoding_code varchar, received_count int, quarantined_count int, non_data_count int,
    received_yuan decimal(20, 2), quarantined_yuan decimal(20, 2), unreadable_amount_count int, warning_count int,
    first_reason varchar, sub_cent_residual_yuan decimal(20, 6), dismissed_reason varchar
);
create or replace table lake.intake_note (
    delivery_no int, content_hash varchar, file_name varchar, severity_code varchar, note_code varchar,
    note_zh varchar, sheet_name varchar, row_number int, cell_ref varchar
);
create or replace table lake.home_parameter (parameter_code varchar, parameter_value varchar);
"""


@dataclass
class Lines:
    """Statement lines in the making; amounts are given in `unit` with `decimals` places."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    quarantined: list[dict[str, Any]] = field(default_factory=list)
    # file -> why somebody said that its quarantined rows need nothing more
    dismissed: dict[str, str] = field(default_factory=dict)

    def quarantine(
        self,
        area: str,
        fund: str,
        period: str,
        amount: float | None,
        delivery: int = 1,
        file: str | None = None,
    ) -> Lines:
        """A row that could not be used, in ``file``, or in one of its own that holds nothing else."""
        number = len(self.quarantined) + 1
        self.quarantined.append(
            {
                "delivery_no": delivery,
                "content_hash": f"q-{number}",
                "file_name": file or f"quarantined_{number}.csv",
                "feed_code": "fund_statement",
                "row_number": 2,
                "cell_ref": "G2",
                "reason_code": "planted",
                "reason_zh": "不能用",
                "amount_yuan": amount,
                "admdvs": area if area.isdigit() else None,
                "admdvs_name": None if area.isdigit() else area,
                "fund_code": fund,
                "statement_code": "execution",
                "period_type": _period_type(period),
                "period_code": period,
            }
        )
        return self

    def add(
        self,
        area: str,
        fund: str,
        period: str,
        accounts: dict[str, Any] | Iterable[tuple[str, Any]],
        *,
        statement: str = "execution",
        measure: str = "period",
        unit: str = "yuan",
        precision: float | None = None,
        side: str | None = None,
        of_which: str | None = None,
        delivery: int = 1,
        file: str = "fund_statement.csv",
        code: bool = True,
    ) -> Lines:
        """One statement (or a part of it): account name or code -> amount."""
        items = accounts.items() if isinstance(accounts, dict) else accounts
        for name, amount in items:
            is_code = name.isascii()
            self.rows.append(
                {
                    "delivery_no": delivery,
                    "content_hash": f"h-{delivery}-{file}",
                    "file_name": file,
                    "record_no": len(self.rows) + 1,
                    "sheet_name": None,
                    "row_number": len(self.rows) + 2,
                    "cell_ref": f"G{len(self.rows) + 2}",
                    "period_type": _period_type(period),
                    "period_code": period,
                    "measure_code": measure,
                    "admdvs": area if code else None,
                    "admdvs_name": None if code and area.isdigit() else area,
                    "fund_code": fund,
                    "statement_code": statement,
                    "given_account_code": name if is_code else None,
                    "account_name": None if is_code else name,
                    "is_of_which": of_which is not None,
                    "parent_account_name": of_which or None,
                    "side_code": side,
                    "amount_yuan": round(amount * UNITS[unit], 2),
                    "unit_code": unit,
                    "precision_yuan": precision if precision is not None else UNITS[unit] * 0.01,
                    "doc_no": None,
                }
            )
        return self


def _period_type(period: str) -> str:
    if len(period) == 4:
        return "year"
    return {"Q": "quarter", "H": "half"}.get(period[4], "month")


def load(
    path: Path,
    lines: Lines,
    region: str = "neimenggu",
    intake_files: bool = True,
    feeds: Feeds | None = None,
) -> None:
    """Write the lake relations of `lines` and `feeds` into the DuckDB file at `path`."""
    con = duckdb.connect(str(path))
    try:
        # The relations of an empty lake, then the statements' own.
        lake.register(con, path.parent / "no_lake")
        con.execute(LAKE_DDL)
        load_feeds(con, feeds or Feeds())
        con.execute(prepare.EVERY_MONTH_SQL)
        con.execute("insert into lake.home_parameter values ('region', ?)", [region])
        if lines.rows:
            frame = pd.DataFrame(lines.rows)
            con.register("frame", frame)
            con.execute("insert into lake.fund_statement by name select * from frame")
        if lines.quarantined:
            con.register("quarantined", pd.DataFrame(lines.quarantined))
            con.execute("insert into lake.quarantine_row by name select * from quarantined")
            con.execute("create temp table dismissed_file (file_name varchar, reason varchar)")
            for each in lines.dismissed.items():
                con.execute("insert into dismissed_file values (?, ?)", each)
            con.execute(
                """insert into lake.intake_file
                select delivery_no, content_hash, file_name, feed_code, null, 'loaded', 'utf-8', count(*), count(*), 1,
                       coalesce(sum(amount_yuan), 0), coalesce(sum(amount_yuan), 0), count(*) - count(amount_yuan), 0,
                       null, 0, max(reason)
                from lake.quarantine_row left join dismissed_file using (file_name) group by delivery_no, content_hash, file_name, feed_code"""
            )
        if intake_files:
            con.execute(
                """insert into lake.intake_file
                select delivery_no, content_hash, file_name, 'fund_statement', null, 'loaded', 'utf-8', count(*), 0, 1,
                       sum(amount_yuan), 0, 0, 0, null, 0, null
                from lake.fund_statement group by delivery_no, content_hash, file_name"""
            )
    finally:
        con.close()


def run_dbt(path: Path, target: Path, arguments: list[str]) -> tuple[bool, list[str]]:
    """Run dbt in process against `path`; returns success and the messages of what failed."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ["SHOUZHI_WAREHOUSE"] = str(path)
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    manifest = dbt_build.parsed_models(target, identity.code_hash(ROOT)) if path.stem == CATALOG else None
    result = dbtRunner(manifest=manifest).invoke(
        [
            *arguments,
            "--project-dir", str(ROOT), "--profiles-dir", str(ROOT), "--target-path", str(target),
            "--log-path", str(target / "logs"), "--quiet", "--log-level", "none", "--log-level-file", "none",
        ]
    )  # fmt: skip
    DuckDBConnectionManager.close_all_connections()
    failed = [
        f"{item.node.name}: {item.message}"
        for item in (getattr(result.result, "results", None) or [])
        if str(item.status) not in ("success", "pass", "warn")
    ]
    if result.exception is not None:
        failed.append(str(result.exception))
    return bool(result.success), failed


@dataclass
class Warehouse:
    """A built warehouse to query."""

    path: Path
    is_success: bool
    failures: list[str]

    def rows(self, sql: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
        con = duckdb.connect(str(self.path), read_only=True)
        try:
            cursor = con.execute(sql, parameters or [])
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            con.close()

    def balance(self, area: str, fund: str, period: str, statement: str = "execution") -> dict[str, Any]:
        """The one row of fct_fund_balance."""
        found = self.rows(
            "select * from fund_balance.fct_fund_balance "
            "where area_code = ? and fund_code = ? and period_code = ? and statement_code = ?",
            [area, fund, period, statement],
        )
        assert len(found) == 1, f"{len(found)} rows for {area} {fund} {period} {statement}"
        return found[0]


def build(
    folder: Path,
    lines: Lines,
    region: str = "neimenggu",
    select: list[str] | None = None,
    feeds: Feeds | None = None,
) -> Warehouse:
    """Load the lines and run `dbt build` (unit tests excluded) over them."""
    path = folder / "warehouse.duckdb"
    load(path, lines, region, feeds=feeds)
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    if select:
        arguments += ["--select", *select]
    is_success, failures = run_dbt(path, folder / "target", arguments)
    return Warehouse(path, is_success, failures)
