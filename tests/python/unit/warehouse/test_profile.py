"""What the dbt profile says of the working file, as DuckDB hears it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import yaml

from shouzhi.home import PRODUCT_ROOT

AMOUNTS = "select cast(hash(i) % 100000 / 100.0 as decimal(20, 2)) as paid_yuan from range(20000) as row(i)"
METHODS = "select distinct compression from pragma_storage_info('amount') where segment_type <> 'VALIDITY'"


def settings() -> dict[str, Any]:
    profile = yaml.safe_load((PRODUCT_ROOT / "profiles.yml").read_text(encoding="utf-8"))
    return profile["shouzhi"]["outputs"]["duckdb"]["settings"]


def methods(path: Path, given: dict[str, Any]) -> set[str]:
    """How a column of amounts is packed under settings that are made after the file was opened, as dbt makes them."""
    with duckdb.connect(str(path)) as con:
        for name, value in given.items():
            con.execute(f"set {name} = '{value}'")
        con.execute(f"create table amount as {AMOUNTS}")
        con.execute("checkpoint")
        return {method for (method,) in con.execute(METHODS).fetchall()}


def test_amounts_are_not_packed_in_the_working_file(tmp_path: Path) -> None:
    assert methods(tmp_path / "plain.duckdb", settings()) == {"Uncompressed"}
    assert methods(tmp_path / "packed.duckdb", {}) == {"BitPacking"}
