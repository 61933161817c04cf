"""Rows of the business feeds in, a built warehouse out.

A row names only what a case is about; the rest comes from ``DEFAULTS``, which are a clean row of the feed. ``built``
puts rows straight into the lake's relations and builds the aggregates (seconds); ``feed_home`` writes files and runs the
whole job, intake included.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from shouzhi.home import Home, open_home
from shouzhi.intake import contract, lake
from shouzhi.intake.feeds.columns import lake_columns
from shouzhi.progress import silent
from shouzhi.run import RunResult, run
from shouzhi.warehouse import dbt_build, identity, prepare, publish, replay_rows, standing, working_file
from shouzhi.warehouse.build import read_inputs
from shouzhi.warehouse.identity import file_hash
from shouzhi.warehouse.rows import FOLDER
from tests.python.pipeline.model_harness import LAKE_DDL, ROOT, Warehouse, run_dbt

Rows = Mapping[str, Iterable[Mapping[str, Any]]]

DEFAULTS: dict[str, dict[str, Any]] = {
    "setl_d": {
        "setl_id": "S1", "mdtrt_id": "M1", "psn_no": "P1", "insutype": "310", "psn_type": "1101", "cvlserv_flag": "0",
        "insu_admdvs": "150102", "fixmedins_code": "H15010200001", "fix_blng_admdvs": "150102", "dedc_hosp_lv": "2",
        "pay_loc": "2", "med_type": "11", "setl_type": "2", "begndate": "2024-03-05", "enddate": "2024-03-05",
        "setl_time": "2024-03-05 10:00:00", "medfee_sumamt": "100.00", "fulamt_ownpay_amt": "10.00",
        "overlmt_selfpay": "0.00", "preselfpay_amt": "0.00", "inscp_amt": "90.00", "dedc_std": "0.00",
        "crt_dedc": "0.00", "act_pay_dedc": "0.00", "hifp_pay": "60.00", "hi_agre_sumfee": "100.00",
        "cvlserv_pay": "0.00", "hifes_pay": "0.00", "hifmi_pay": "0.00", "hifob_pay": "0.00", "hifdm_pay": "0.00",
        "maf_pay": "0.00", "othfund_pay": "0.00", "fund_pay_sumamt": "60.00", "psn_pay": "40.00", "acct_pay": "30.00",
        "cash_payamt": "10.00", "refd_setl_flag": "0", "vali_flag": "1", "year": "2024", "rid": "R1",
        "updt_time": "2024-03-05 10:00:00",
    },
    "fee_list_d": {
        "bkkp_sn": "K1", "setl_id": "S1", "mdtrt_id": "M1", "psn_no": "P1", "insu_admdvs": "150102",
        "fixmedins_code": "H15010200001", "med_list_codg": "XA01", "list_type": "101", "med_chrgitm_type": "09",
        "chrgitm_lv": "01", "cnt": "1", "pric": "100.00", "det_item_fee_sumamt": "100.00", "selfpay_prop": "0",
        "fulamt_ownpay_amt": "10.00", "overlmt_selfpay": "0.00", "preselfpay_amt": "0.00", "inscp_amt": "90.00",
        "fee_ocur_time": "2024-03-05 09:00:00", "rid": "K1", "updt_time": "2024-03-05 10:00:00",
    },
    "staf_psn_clct_detl_d": {
        "psn_clct_detl_id": "C1", "psn_no": "P1", "emp_no": "E1", "insutype": "310", "cashym": "202403",
        "accrym_begn": "202403", "accrym_end": "202403", "emp_clctstd": "5000.00", "psn_clctstd": "5000.00",
        "emp_clct_paraval": "0.06", "psn_clct_paraval": "0.02", "emp_clct_amt": "300.00", "psn_clct_amt": "100.00",
        "emp_clct_into_acct_amt": "0.00", "psn_clct_into_acct_amt": "100.00", "finsubs_amt": "0.00",
        "oth_clct_amt": "0.00", "clct_sumamt": "400.00", "latefee": "0.00", "quot_clct_flag": "0", "clct_flag": "1",
        "clct_type": "10", "clct_time": "2024-03-20 09:00:00", "revs_flag": "Z", "insu_admdvs": "150102",
        "updt_time": "2024-03-20 09:00:00",
    },
    "rsdt_psn_clct_detl_d": {
        "rsdt_clct_detl_id": "D1", "psn_no": "P2", "insutype": "390", "psn_type": "1501", "cashym": "202501",
        "accrym_begn": "202501", "accrym_end": "202512", "psn_clct_amt": "400.00", "finsubs_amt": "670.00",
        "oth_clct_amt": "0.00", "clct_sumamt": "1070.00", "quot_clct_flag": "1", "clct_flag": "1", "clct_type": "10",
        "clct_time": "2024-11-15 09:00:00", "revs_flag": "Z", "insu_admdvs": "150102",
        "updt_time": "2024-11-15 09:00:00",
    },
    "psn_insu_d": {
        "psn_insu_rlts_id": "L1", "psn_no": "P1", "insutype": "310", "crt_insu_date": "2020-01-01",
        "psn_insu_stas": "1", "psn_type": "1101", "insutype_retr_flag": "0", "emp_no": "E1", "insu_admdvs": "150102",
    },
    "psn_insu_his_d": {
        "psn_insu_detl_id": "H1", "psn_insu_rlts_id": "L1", "psn_no": "P1", "insutype": "310",
        "crt_insu_date": "2020-01-01", "paus_insu_date": "2023-12-31", "psn_insu_stas": "4", "psn_type": "1101",
        "insutype_retr_flag": "0", "emp_no": "E1", "insu_admdvs": "150102",
    },
    "psn_info_b": {"psn_no": "P1", "gend": "1", "brdy": "1970-01-01", "surv_stas": "1"},
    "insu_emp_info_b": {"emp_no": "E1", "emp_type": "10", "emp_mgt_type": "01", "insu_admdvs": "150102"},
    "fixmedins_b": {
        "fixmedins_code": "H15010200001", "fixmedins_name": "某医院", "fixmedins_type": "1", "hosp_lv": "05",
        "dedc_hosp_lv": "2", "fix_blng_admdvs": "150102", "begntime": "2020-01-01 00:00:00",
    },
    "acct_inc_detl_d": {
        "acct_inc_detl_id": "A1", "psn_no": "P1", "year": "2024", "insu_admdvs": "150102", "acct_incexpd_type": "101",
        "inc_sumamt": "100.00", "acct_psn_clct_crtyear_inc": "100.00", "emp_clct_into_acct_amt": "0.00",
        "acct_modi_date": "2024-03-20",
    },
    "acct_pay_detl_d": {
        "acct_pay_detl_id": "B1", "psn_no": "P1", "year": "2024", "insu_admdvs": "150102", "acct_incexpd_type": "201",
        "pay_sumamt": "30.00", "acct_modi_date": "2024-03-05",
    },
    "medins_clr_sum_d": {
        "fee_clr_id": "F1", "clr_optins": "150199", "fixmedins_code": "H15010200001", "insutype": "310",
        "clr_type": "11", "clr_ym": "202403", "clr_stas": "60", "medfee_sumamt": "100.00", "fund_appy_sum": "60.00",
        "dfr_amt": "58.00", "dpst_sumamt": "2.00", "det_sumamt": "1.00", "acct_pay": "30.00", "act_dfr_amt": "55.00",
    },
    "med_dfr_d": {
        "dfr_id": "Y1", "cashym": "202403", "dfr_souc": "201", "souc_sn": "F1", "dfr_obj": "31",
        "dfr_obj_code": "H15010200001", "dfr_sumamt": "55.00", "fin_optins": "150199",
        "fin_acen_time": "2024-05-10 00:00:00",
    },
    "med_dfr_detl_d": {
        "dfr_detl_id": "Z1", "dfr_id": "Y1", "dfr_obj_code": "H15010200001", "dfr_sumamt": "55.00",
        "insu_admdvs": "150199", "insutype": "310", "clr_type": "11",
    },
    "med_dfr_fund_sbit_d": {
        "fund_sbit_seq": "Q1", "dfr_detl_id": "Z1", "dfr_id": "Y1", "fund_pay_type": "310100", "fund_payamt": "55.00",
    },
    "fund_asset": {
        "period": "202403", "admdvs": "150100", "fund_code": "310100", "fiscal_account": "1000.00",
        "income_account": "10.00", "expenditure_account": "20.00", "advances": "0.00", "payables": "0.00",
        "loans": "0.00",
    },
    "fin_subsidy": {
        "year": "2024", "admdvs": "150100", "level": "中央", "heads": "10", "standard": "670.00",
        "due_amt": "6700.00", "arrived_amt": "6700.00", "arrived_date": "2024-06-10",
    },
}  # fmt: skip

# The month a row belongs to, as intake finds it.
EVENT_COLUMNS = {
    "setl_d": ("setl_time",),
    "fee_list_d": ("fee_ocur_time",),
    "staf_psn_clct_detl_d": ("clct_time", "cashym"),
    "rsdt_psn_clct_detl_d": ("clct_time", "cashym"),
    "acct_inc_detl_d": ("acct_modi_date",),
    "acct_pay_detl_d": ("acct_modi_date",),
    "medins_clr_sum_d": ("clr_ym",),
    "med_dfr_d": ("fin_acen_time",),
}
AGGREGATES = [
    "+agg_settlement_month",
    "+agg_contribution_month",
    "+agg_account_month",
    "+agg_enrolment_month",
]
AGGREGATES += [
    "+agg_clearing_month",
    "+agg_payment_month",
    "+agg_claim_check_month",
    "+agg_reversal_check_month",
    "+agg_fee_line_check_month",
    "+agg_contribution_check_month",
]
AGGREGATES += ["+fct_feed_month"]
# Kept by month like them and over the policy, or as the benefit replay: only where builds follow upon builds.
BY_MONTH = [
    *AGGREGATES,
    "+int_benefits__contribution_month",
    *(f"+benefits__{mart}" for mart in prepare.REPLAY_MARTS),
]
BY_MONTH += ["int_benefits__settled", "int_benefits__rule_text"]
DOUBTFUL = ["int_check__doubtful_claim", "int_check__doubtful_contribution"]
BY_MONTH += [f"+{name}" for name in DOUBTFUL]


def completed(feed: str, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows with the feed's defaults under them."""
    return [{**DEFAULTS[feed], **row} for row in rows]


def event_month(feed: str, row: Mapping[str, Any]) -> str:
    for column in EVENT_COLUMNS.get(feed, ()):
        if row.get(column):
            return str(row[column]).replace("-", "")[:6]
    return "all"


def load(path: Path, rows: Rows, region: str = "neimenggu") -> None:
    """Put rows into the lake's relations of a new working file, as if they had been delivered and stood."""
    with duckdb.connect(str(path)) as con:
        lake.register(con, path.parent / "no_lake")
        con.execute(LAKE_DDL)
        con.execute("insert into lake.home_parameter values ('region', ?)", [region])
        feeds = contract.load_feeds()
        row_id = 0
        for feed, given in rows.items():
            types = lake_columns(feeds[feed])
            for number, row in enumerate(completed(feed, given), start=1):
                row_id += 1
                extra = {
                    "event_month": event_month(feed, row),
                    "delivery_no": 1,
                    "file_no": 1,
                    "row_number": number + 1,
                    "row_id": row_id,
                }
                values = {
                    name: value
                    for name, value in (row | extra).items()
                    if name in types and value not in (None, "")
                }
                names = ", ".join(values)
                marks = ", ".join(f"cast(? as {types[name]})" for name in values)
                con.execute(f"insert into lake.{feed} ({names}) values ({marks})", list(values.values()))
            con.execute(
                f"""
                insert into lake.feed_month
                select '{feed}', event_month, cast(sum(hash(given)) as varchar), count(*)
                from lake.{feed} as given
                group by event_month
                """
            )
        con.execute(prepare.EVERY_MONTH_SQL)


def built(folder: Path, rows: Rows, select: list[str] | None = None) -> Warehouse:
    """The aggregates (or what ``select`` names) over rows that stand in the lake."""
    path = folder / "warehouse.duckdb"
    load(path, rows)
    arguments = ["build", "--exclude-resource-type", "unit_test", "--select", *(select or AGGREGATES)]
    is_success, failures = run_dbt(path, folder / "target", arguments)
    return Warehouse(path, is_success, failures)


def write_file(path: Path, feed: str, rows: Iterable[Mapping[str, Any]]) -> Path:
    """One CSV file of a feed with the columns that its rows have."""
    filled = completed(feed, rows)
    names = list(dict.fromkeys(name for row in filled for name in row))
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(filled)
    return path


def write_files(folder: Path, rows: Rows, label: str = "202412") -> Path:
    """One file a feed."""
    folder.mkdir(parents=True, exist_ok=True)
    for feed, given in rows.items():
        write_file(folder / f"{feed}_{label}.csv", feed, given)
    return folder


def feed_home(root: Path, rows: Rows, extracts: Path | None = None) -> RunResult:
    """A home with one more delivery of these rows, by the main job itself."""
    folder = write_files(extracts or root.with_name(root.name + "_extracts"), rows)
    open_home(root, title="小样", region="neimenggu")
    return run(folder, root, silent())


class AggregateBuilds:
    """Builds of the aggregates alone, one delivery after another, of the project as it stands at the start.

    A full run costs tens of seconds; what is kept by month is decided before dbt (``prepare``) and in these models.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
        self.code_hash = identity.code_hash(ROOT)

    def arguments(self) -> list[str]:
        return [
            *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
            *("--target-path", str(self.folder / "target"), "--log-path", str(self.folder / "logs")),
            *("--quiet", "--no-version-check", "--log-level-file", "none"),
        ]

    def build(self, home: Home, code_hash: str = "same") -> str | None:
        """Build over the home's lake and keep the result as a finished build; the id of the build it started from."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        beginning = prepare.begin_file(home, code_hash)
        excluded = [part for kind in ("unit_test", "test") for part in ("--exclude-resource-type", kind)]
        with working_file.opened(home, beginning.file if beginning else None) as con:
            manifest = dbt_build.parsed_models(self.folder / "target", self.code_hash)
            begun = prepare.prepare_lake(con, home, beginning)
            if begun:
                standing.mark_standing(manifest, begun, con)
                excluded += ["--exclude", f"tag:{standing.TAG}"]
            result = dbtRunner(manifest=manifest).invoke(
                ["build", "--select", *BY_MONTH, *excluded, "--no-write-json", *self.arguments()]
            )
            DuckDBConnectionManager.close_all_connections()
        assert result.success, result.exception or [
            each.message for each in result.result.results if str(each.status) == "error"
        ]
        nodes = {unique_id: node.to_dict(omit_none=False) for unique_id, node in manifest.nodes.items()}
        self.keep(home, code_hash, nodes, begun)
        return begun.build_id if begun else None

    def keep(
        self, home: Home, code_hash: str, nodes: dict[str, dict[str, Any]], begun: standing.Start | None
    ) -> None:
        """What a later build starts from, as a real run leaves it."""
        build_id = f"build{len(publish.finished_builds(home)):03d}"
        staging = publish.staging_folder(home, build_id)
        marts = staging / publish.MARTS_NAME
        marts.touch()
        rows = staging / FOLDER
        rows.mkdir()
        with duckdb.connect(str(home.warehouse), read_only=True) as con:
            former = home.builds / begun.build_id / FOLDER if begun else None
            replay_rows.write_replay(con, {node["name"]: node for node in nodes.values()}, rows, former)
        facts = {
            "build_id": build_id,
            "built_at": build_id,
            "code_hash": code_hash,
            "region": home.config.region,
            "policy_sample": "true" if home.config.sample_policy else "false",
            "marts_sha256": file_hash(marts),
            "inputs": read_inputs(home.warehouse),
        }
        (staging / publish.MANIFEST_NAME).write_text(json.dumps(facts), encoding="utf-8")
        publish.settle(home, staging, build_id)
        standing.keep(home, build_id, {"nodes": nodes})


def aggregate_tables(con: duckdb.DuckDBPyConnection, catalog: str) -> list[str]:
    """What a build keeps by month or year, or takes over from the build before, as schema.table."""
    rows = con.execute(
        """
        select table_schema || '.' || table_name
        from information_schema.tables
        where
            table_catalog = ? and table_type = 'BASE TABLE'
            and (
                table_schema = 'core'
                and (starts_with(table_name, 'agg_') or table_name in ('fct_feed_month', 'fct_reversal'))
                or table_schema = 'benefits' and list_contains(?, table_name)
                or table_schema = 'intermediate' and list_contains(?, table_name)
            )
        order by 1
        """,
        [catalog, list(prepare.REPLAY_MARTS), DOUBTFUL],
    ).fetchall()
    return [name for (name,) in rows]


def aggregate_rows(home: Home) -> dict[str, list[tuple[Any, ...]]]:
    """Every aggregate's rows, and those of the replay in the newest build, in one order."""
    newest = max(build.folder for build in publish.finished_builds(home))
    working = standing.kept_file(home, newest.name)
    with duckdb.connect(str(working), read_only=True) as con:
        found = {
            table: con.execute(f"select * from {table} order by all").fetchall()
            for table in aggregate_tables(con, working.stem)
        }
        files = newest / FOLDER / replay_rows.FOLDER / "*.parquet"
        found["replay"] = con.execute(f"select * from read_parquet('{files}') order by all").fetchall()
        return found


def replay_files(home: Home) -> dict[str, str]:
    """The hash of every file of the replay's rows in the newest build."""
    newest = max(publish.finished_builds(home), key=lambda build: build.build_id)
    return {path.name: file_hash(path) for path in replay_rows.files_of(newest)}
