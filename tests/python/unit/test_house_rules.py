"""The house rules over dbt's manifest: layers, names, contracts, tests, sizes."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.python.pipeline.model_harness import run_dbt

ROOT = Path(__file__).resolve().parents[3]
FORBIDDEN = {
    "qualify": r"\bqualify\b",
    "::": r"::",
    "group by all": r"\bgroup\s+by\s+all\b",
    "exclude": r"\bexclude\b|\*\s*except\b",
    "list or struct": r"\blist_\w+\(|\bstruct_\w+\(|\bunnest\(",
    "strftime": r"\bstrftime\b",
    "ilike": r"\bilike\b",
    "target.type": r"target\.type",
    "current_date": r"\bcurrent_(date|timestamp)\b|\bnow\(\)",
}

# Calendar and wiring; what they wire (warning_rule, metric) names its source.
STRUCTURAL_SEEDS = {
    "period_part", "check_parameter", "document", "prefecture_indicator",
    "warning_fund", "warning_level", "warning_rule_period", "warning_threshold",
}  # fmt: skip


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("manifest")
    is_success, failures = run_dbt(folder / "none.duckdb", folder, ["parse"])
    assert is_success, failures
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def layer(model: dict[str, Any]) -> str:
    return model["fqn"][1]


def test_there_are_models_of_every_layer(models: list[dict[str, Any]]) -> None:
    assert {layer(model) for model in models} == {"staging", "core", "intermediate", "marts"}


def test_no_mart_reads_staging_or_a_source(models: list[dict[str, Any]]) -> None:
    wrong = [
        (model["name"], parent)
        for model in models
        if layer(model) == "marts"
        for parent in model["depends_on"]["nodes"]
        if parent.startswith("source.") or ".stg_" in parent
    ]
    assert wrong == []


def test_staging_reads_one_source_and_nothing_else(models: list[dict[str, Any]]) -> None:
    for model in models:
        if layer(model) == "staging":
            parents = model["depends_on"]["nodes"]
            assert len(parents) == 1 and parents[0].startswith("source."), model["name"]
            assert not re.search(r"\b(join|where|group by)\b", model["raw_code"]), model["name"]


def test_marts_have_contracts_and_labels(models: list[dict[str, Any]]) -> None:
    for model in models:
        if layer(model) != "marts":
            continue
        assert model["config"]["contract"]["enforced"], model["name"]
        assert model["config"]["materialized"] in ("table", "incremental"), model["name"]
        assert model["description"].startswith("One row per"), model["name"]
        for name, column in model["columns"].items():
            meta = column.get("config", {}).get("meta") or column.get("meta") or {}
            assert meta.get("label_zh"), f"{model['name']}.{name} has no label_zh"
            assert "unit_zh" in meta, f"{model['name']}.{name} has no unit_zh"


def test_marts_name_themselves_in_chinese(models: list[dict[str, Any]]) -> None:
    for model in models:
        if layer(model) == "marts":
            assert (model["config"].get("meta") or {}).get("label_zh"), f"{model['name']}: meta label_zh"


def test_every_published_table_has_a_grain_test(
    manifest: dict[str, Any], models: list[dict[str, Any]]
) -> None:
    tested = {
        parent
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "unique_grain"
        for parent in node["depends_on"]["nodes"]
    }
    # Row-level views of core rest on the lake's keys; a test of theirs would scan every row of every feed in every run.
    missing = [
        model["name"]
        for model in models
        if (
            layer(model) == "marts"
            or (
                layer(model) == "core"
                and model["name"].startswith(("dim_", "fct_", "agg_"))
                and model["config"]["materialized"] != "view"
            )
        )
        and model["unique_id"] not in tested
    ]
    assert missing == []


def test_core_and_marts_describe_their_grain(models: list[dict[str, Any]]) -> None:
    for model in models:
        if layer(model) == "core" and model["name"].startswith(("dim_", "fct_", "agg_")):
            assert model["description"].startswith("One row per"), model["name"]


def test_names_follow_their_folder(models: list[dict[str, Any]]) -> None:
    for model in models:
        name, folder = model["name"], model["fqn"][2] if len(model["fqn"]) > 3 else ""
        if layer(model) == "staging":
            assert name.startswith("stg_"), name
        elif layer(model) == "intermediate":
            assert name.startswith(("int_" + folder + "__", "int_check__")), name
        elif layer(model) == "marts":
            assert name.startswith(folder + "__"), name
            assert model["schema"] == folder and model["alias"] == name.split("__")[-1], name


def test_money_columns_are_decimal(models: list[dict[str, Any]]) -> None:
    for model in models:
        if layer(model) == "marts":
            for name, column in model["columns"].items():
                if name.endswith("_yuan"):
                    assert column["data_type"].replace(" ", "").startswith("decimal(20,"), (
                        f"{model['name']}.{name}"
                    )
                if name.endswith("_ratio"):
                    assert column["data_type"].replace(" ", "") == "decimal(18,6)", f"{model['name']}.{name}"


def sql_files() -> list[Path]:
    return sorted((ROOT / "models").rglob("*.sql"))


def without_comments(text: str) -> str:
    return re.sub(r"\{#.*?#\}", "", re.sub(r"--[^\n]*", "", text), flags=re.S)


@pytest.mark.parametrize("construct", sorted(FORBIDDEN))
def test_portable_sql(construct: str) -> None:
    pattern = re.compile(FORBIDDEN[construct], re.I)
    found = [
        path.name
        for path in sql_files()
        if pattern.search(without_comments(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_long_files_say_why() -> None:
    for path in sql_files():
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > 150:
            assert any("over 150 lines" in line for line in lines[:6]), f"{path.name}: {len(lines)} lines"


def test_staging_files_are_short() -> None:
    for path in (ROOT / "models" / "staging").rglob("*.sql"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 60, path.name


def test_every_registered_check_has_its_model_and_the_other_way_round() -> None:
    with (ROOT / "seeds" / "quality" / "check_registry.csv").open(encoding="utf-8", newline="") as file:
        registered = {row["check_id"] for row in csv.DictReader(file) if row["tool"] == "dbt"}
    produced: set[str] = set()
    checks = list((ROOT / "models" / "intermediate" / "data_quality").glob("int_check__*.sql"))
    for path in [*checks, *(ROOT / "macros" / "checks").glob("*_condition.sql")]:
        # W… are warning rules, whose band a check may read.
        produced |= set(re.findall(r"'([A-VX-Z]\d\d)'", path.read_text(encoding="utf-8")))
    assert produced == registered


def test_seeds_name_their_source() -> None:
    for path in sorted((ROOT / "seeds").rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        if path.stem in STRUCTURAL_SEEDS:
            continue
        assert {"source", "doc_no", "basis"} & set(header), f"{path.name} names no source"


def test_aggregates_have_contracts_and_labels(models: list[dict[str, Any]]) -> None:
    aggregates = [model for model in models if model["name"].startswith("agg_")]
    assert len(aggregates) >= 6
    for model in aggregates:
        assert model["config"]["contract"]["enforced"], model["name"]
        for name, column in model["columns"].items():
            assert (column.get("config", {}).get("meta") or {}).get("label_zh"), f"{model['name']}.{name}"
