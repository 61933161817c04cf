"""The product's own ways of making a seed and of keeping a contract, in a small dbt project with the product's macros."""

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shouzhi.home import PRODUCT_ROOT
from shouzhi.warehouse import dbt_build

PROJECT = """\
name: small
version: "1.0"
profile: small
seeds: {small: {word: {+column_types: {code: varchar, sort_order: integer}}}}
"""
PROFILE = """\
small:
  target: duckdb
  outputs:
    duckdb: {type: duckdb, path: "{{ env_var('SHOUZHI_WAREHOUSE') }}", schema: main, threads: 1}
"""
SEED = 'code,name_zh,quoted,is_text,sort_order\n01,"一，二",,true,3\n02,,"a ""b""\nc",false,\n'
CONTRACT = """\
models:
  - name: one
    config: {materialized: table, contract: {enforced: true}}
    columns:
      - {name: code, data_type: varchar}
      - {name: amount_yuan, data_type: "decimal(20,2)"}
      - {name: sort_order, data_type: int}
"""
KEPT = "select code, cast(1 as decimal(20, 2)) as amount_yuan, sort_order from {{ ref('word') }}"


@pytest.fixture
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one seed and one model under contract."""
    root = tmp_path / "product"
    for folder in ("models", "seeds", "macros"):
        (root / folder).mkdir(parents=True)
    for macro in ("contract", "create_at_once"):
        shutil.copy(PRODUCT_ROOT / "macros" / "engine" / f"{macro}.sql", root / "macros")
    (root / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
    (root / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    (root / "seeds" / "word.csv").write_text(SEED, encoding="utf-8")
    (root / "models" / "one.yml").write_text(CONTRACT, encoding="utf-8")
    monkeypatch.setenv("SHOUZHI_WAREHOUSE", str(tmp_path / "warehouse.duckdb"))
    return root


def built(product: Path, model: str) -> dict[str, Any]:
    """What became of every node: its message, nothing where it succeeded."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    (product / "models" / "one.sql").write_text(model, encoding="utf-8")
    places = dbt_build.places(product / "target" / "dbt", product)
    try:
        results = dbt_build.invoke(["build", *places]).result.results
    finally:
        DuckDBConnectionManager.close_all_connections()
    return {item.node.name: None if str(item.status) == "success" else item.message for item in results}


def test_a_seed_is_text_where_no_type_is_declared(tmp_path: Path, product: Path) -> None:
    assert built(product, KEPT) == {"word": None, "one": None}
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as con:
        described = con.execute("select column_name, column_type from (describe word)").fetchall()
        rows = con.execute("select * from word order by code").fetchall()
    assert dict(described) == {
        "code": "VARCHAR",
        "name_zh": "VARCHAR",
        "quoted": "VARCHAR",
        "is_text": "VARCHAR",
        "sort_order": "INTEGER",
    }
    assert rows == [("01", "一，二", None, "true", 3), ("02", None, 'a "b"\nc', "false", None)]


@pytest.mark.parametrize(
    "model",
    [
        KEPT.replace("20, 2", "20, 3"),
        KEPT.replace("amount_yuan", "amount"),
        KEPT.replace("select code,", "select"),
        KEPT.replace("select code,", "select code, 1 as more,"),
    ],
    ids=["another type", "another name", "a column too few", "a column too many"],
)
def test_a_broken_contract_is_said_as_dbt_says_it(product: Path, model: str) -> None:
    message = built(product, model)["one"]
    assert "This model has an enforced contract that failed." in message
    assert "definition" in message


def test_the_order_of_columns_is_the_contracts(tmp_path: Path, product: Path) -> None:
    other = "select sort_order, cast(1 as decimal(20, 2)) as amount_yuan, code from {{ ref('word') }}"
    assert built(product, other)["one"] is None
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as con:
        names = [name for (name,) in con.execute("select column_name from (describe one)").fetchall()]
    assert names == ["code", "amount_yuan", "sort_order"]
