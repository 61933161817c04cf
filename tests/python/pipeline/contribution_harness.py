"""Contribution rows in, the replay out: the lake's relations, the policy of a sample home or of a real one, one dbt build."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from tests.python.pipeline.feed_harness import Rows, load
from tests.python.pipeline.model_harness import Warehouse, run_dbt

SELECT = ["+benefits__fct_contribution_replay", "+int_check__contribution"]
NOT_RATED = {"emp_clct_paraval": None, "psn_clct_paraval": None}


def replayed(folder: Path, rows: Rows, *, sample: bool = True, select: list[str] | None = None) -> Warehouse:
    """The replay over rows that stand in the lake of a home with or without sample parameters."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "warehouse.duckdb"
    load(path, rows)
    with duckdb.connect(str(path)) as con:
        con.execute(
            "insert into lake.home_parameter values ('policy_sample', ?)", ["true" if sample else "false"]
        )
    arguments = [
        *("build", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious"),
        *("--select", *(select or SELECT)),
    ]
    is_success, failures = run_dbt(path, folder / "target", arguments)
    return Warehouse(path, is_success, failures)


def employee(key: str, area: str, month: str, wage: str, **more: Any) -> Mapping[str, Any]:
    """A month of an employee; the amounts say nothing until a test gives them."""
    base = more.pop("base", wage)
    amounts = {
        "emp_clct_amt": "0.00", "psn_clct_amt": "0.00", "psn_clct_into_acct_amt": "0.00", "clct_sumamt": "0.00",
    }  # fmt: skip
    amounts |= {name: str(value) for name, value in more.items() if name in amounts}
    total = sum(float(amounts[name]) for name in ("emp_clct_amt", "psn_clct_amt"))
    row = {
        "psn_clct_detl_id": key, "psn_no": f"P{key}", "insu_admdvs": area, "cashym": month, "accrym_begn": month,
        "accrym_end": month, "wag": wage, "emp_clctstd": base, "psn_clctstd": base, "psn_type": "1101",
        "clct_time": f"{month[:4]}-{month[4:]}-20 09:00:00", **NOT_RATED, **amounts, "clct_sumamt": f"{total:.2f}",
    }  # fmt: skip
    return row | {name: value for name, value in more.items() if name not in amounts}
