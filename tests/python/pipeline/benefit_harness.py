"""The calculator's settlements as rows of the feeds, and what the warehouse makes of them.

``built_benefits`` puts settlements with their bills into the lake's relations and builds the replay; ``expected`` and
``found`` give both sides in fen so that they can be compared row by row.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from shouzhi.intake import contract
from shouzhi.intake.feeds.columns import lake_columns
from shouzhi.synthetic.calculator import Benefit, Settlement
from shouzhi.warehouse import prepare
from tests.python.pipeline import feed_harness
from tests.python.pipeline.model_harness import Warehouse, run_dbt

MEDICAL_TYPES = {
    "inpatient": {"local": "21", "referred": "23", "unreferred": "27", "unknown": "25"},
    "chronic": dict.fromkeys(("local", "unknown"), "14"),
    "outpatient": dict.fromkeys(("local", "unknown"), "11"),
    "pharmacy": {"local": "41"},
    "maternity": {"local": "52"},
    "other": {"local": "71"},
}
AWAY = "110108"
SELECT = ["+benefits__fct_benefit_month", "+benefits__fct_benefit_difference"]
RESULTS = {
    "deductible": "deductible", "pooled": "pooled", "moved": "moved", "large": "large", "civil": "civil_servant",
    "critical": "critical", "assistance": "assistance", "off_fund": "off_fund",
}  # fmt: skip


def can_be_told(settlement: Settlement) -> bool:
    """Whether the feed has a way to say what the settlement is."""
    populations = [settlement.is_privileged, settlement.is_provincial_cadre, settlement.is_assisted]
    return sum(populations) <= 1 and settlement.place in MEDICAL_TYPES[settlement.kind]


def settlement_row(settlement: Settlement, originals: dict[str, Settlement]) -> dict[str, Any]:
    """A row of setl_d with nothing paid; a reversal repeats its original with the opposite sign."""
    told = originals.get(settlement.original_id or "", settlement)
    sign = -1 if settlement.original_id else 1
    cost = told.composition
    special = (
        "07"
        if told.is_privileged
        else "9130"
        if told.is_provincial_cadre
        else "23"
        if told.is_assisted
        else None
    )
    amounts = {
        "medfee_sumamt": cost.fee, "fulamt_ownpay_amt": cost.own, "overlmt_selfpay": cost.over_limit,
        "preselfpay_amt": cost.first_self_pay, "inscp_amt": cost.in_scope, "psn_pay": cost.fee, "cash_payamt": cost.fee,
    }  # fmt: skip
    nothing = dict.fromkeys(("hifp_pay", "fund_pay_sumamt", "acct_pay", "hi_agre_sumfee"), Decimal("0.00"))
    return {
        "setl_id": settlement.setl_id,
        "init_setl_id": settlement.original_id,
        "psn_no": told.person,
        "insutype": {"employee": "310", "resident": "390"}[told.scheme],
        "psn_type": {"in_service": "1101", "retired": "1201", "all": "1501"}[told.group],
        "cvlserv_flag": "1" if told.is_civil_servant else "0",
        "sp_psn_type": special,
        "insu_admdvs": told.area_code,
        "fix_blng_admdvs": told.area_code if told.place == "local" else AWAY,
        "dedc_hosp_lv": told.hospital_level,
        "pay_loc": "2" if told.place == "local" else "4",
        "med_type": MEDICAL_TYPES[told.kind][told.place],
        "begndate": told.end_date,
        "enddate": told.end_date,
        "setl_time": settlement.setl_time,
        "year": str(told.year or told.end_date.year),
        "refd_setl_flag": "1" if settlement.original_id else "0",
        **{name: sign * value for name, value in (nothing | amounts).items()},
    }


def fee_rows(settlement: Settlement) -> list[dict[str, Any]]:
    """A bill of at most four lines that add up to the composition."""
    cost = settlement.composition
    parts = [
        ("03", {"fulamt_ownpay_amt": cost.own}, 1),
        ("01", {"overlmt_selfpay": cost.over_limit, "inscp_amt": cost.plain}, 0),
        ("02", {"preselfpay_amt": cost.first_self_pay, "inscp_amt": cost.partial}, 0.1),
    ]
    return [
        {
            "bkkp_sn": f"{settlement.setl_id}-{level}",
            "setl_id": settlement.setl_id,
            "psn_no": settlement.person,
            "insu_admdvs": settlement.area_code,
            "list_type": "101",
            "med_chrgitm_type": "09",
            "chrgitm_lv": level,
            "cnt": 1,
            "pric": sum(amounts.values()),
            "det_item_fee_sumamt": sum(amounts.values()),
            "selfpay_prop": ratio,
            "fee_ocur_time": settlement.setl_time,
            **{"fulamt_ownpay_amt": 0, "overlmt_selfpay": 0, "preselfpay_amt": 0, "inscp_amt": 0, **amounts},
        }
        for level, amounts, ratio in parts
        if any(amounts.values())
    ]


def insert(con: duckdb.DuckDBPyConnection, feed: str, rows: list[dict[str, Any]]) -> None:
    """Many rows at once into a relation of the lake."""
    if not rows:
        return
    types = lake_columns(contract.load_feeds()[feed])
    filled = [{**feed_harness.DEFAULTS.get(feed, {}), **row} for row in rows]
    for number, row in enumerate(filled, start=1):
        row |= {
            "event_month": f"{row.get('setl_time') or row['fee_ocur_time']:%Y%m}",
            "delivery_no": 1, "file_no": 1, "row_number": number + 1, "row_id": number,
        }  # fmt: skip
    names = [name for name in filled[0] if name in types]
    frame = pd.DataFrame(
        {name: ["" if row.get(name) is None else str(row[name]) for row in filled] for name in names}
    )
    con.register("given", frame)
    listed = ", ".join(f"cast(nullif({name}, '') as {types[name]}) as {name}" for name in names)
    con.execute(f"insert into lake.{feed} by name select {listed} from given")
    con.unregister("given")
    con.execute(
        f"insert into lake.feed_month select '{feed}', event_month, cast(sum(hash(given)) as varchar), count(*)"
        f" from lake.{feed} as given group by event_month"
    )


def load_benefits(
    path: Path,
    settlements: Iterable[Settlement],
    *,
    sample: bool = True,
    paid: dict[str, dict[str, Any]] | None = None,
) -> None:
    """A working file with these settlements; ``paid`` sets columns of setl_d by settlement."""
    settlements = list(settlements)
    originals = {item.setl_id: item for item in settlements if item.original_id is None}
    feed_harness.load(path, {})
    with duckdb.connect(str(path)) as con:
        con.execute(
            "insert into lake.home_parameter values ('policy_sample', ?)", ["true" if sample else "false"]
        )
        rows = [settlement_row(item, originals) | (paid or {}).get(item.setl_id, {}) for item in settlements]
        insert(con, "setl_d", rows)
        insert(con, "fee_list_d", [row for item in originals.values() for row in fee_rows(item)])
        con.execute(prepare.EVERY_MONTH_SQL)


def built_benefits(
    folder: Path,
    settlements: Iterable[Settlement],
    *,
    sample: bool = True,
    paid: dict[str, dict[str, Any]] | None = None,
    select: list[str] | None = None,
) -> Warehouse:
    """The replay over these settlements."""
    path = folder / "warehouse.duckdb"
    load_benefits(path, settlements, sample=sample, paid=paid)
    excluded = [part for kind in ("unit_test", "test") for part in ("--exclude-resource-type", kind)]
    is_success, failures = run_dbt(
        path, folder / "target", ["build", *excluded, "--select", *(select or SELECT)]
    )
    return Warehouse(path, is_success, failures)


def expected(benefit: Benefit) -> tuple[Any, ...]:
    if benefit.status != "replayed":
        return (benefit.status,)
    amounts = benefit.amounts
    return (benefit.status, *(getattr(amounts, name) for name in RESULTS.values()))


def found(warehouse: Warehouse) -> dict[str, tuple[Any, ...]]:
    """Status and, where it was replayed, the amounts by settlement."""
    columns = ", ".join(
        f"coalesce(calculated_{name}_yuan, 0) as {name}" if name != "none" else "0" for name in RESULTS
    )
    rows = warehouse.rows(
        f"select settlement_id, status_code, {columns} from intermediate.int_benefits__settled"
    )
    return {
        row["settlement_id"]: (
            (row["status_code"],)
            if row["status_code"] != "replayed"
            else (row["status_code"], *(row[name] for name in RESULTS))
        )
        for row in rows
    }
