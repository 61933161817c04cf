"""Queries: read-only, bound, within scope, on published relations; pages and exposures agree on what is read."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
import yaml

from dashboards import data
from dashboards.access import Scope
from dashboards.components.catalogue import PAGES, pages_using, queries_of, relations_of_page

ROOT = Path(__file__).resolve().parents[3]
NAMES = sorted(path.stem for path in data.QUERIES.glob("*.sql"))
SCHEMAS = {
    "rows",
    "enrolment",
    "fund_balance",
    "deficit_warning",
    "prefecture_comparison",
    "benefits",
    "data_quality",
    "core",
}
# written by the export, after dbt
EXPORT_ONLY = {"data_quality.dim_build", "data_quality.dim_column", "data_quality.dim_lineage"}
AREA_FACTS = re.compile(
    r"\.fct_(?!level_count|summary_sentence|intake|quarantine|check_result)|bridge_fund_scope|^rows\."
)


@pytest.mark.parametrize("name", NAMES)
def test_a_query_only_reads_published_relations(name: str) -> None:
    text = data.strip_comments(data.sql_text(name)).lower()
    assert data.sql_text(name).startswith("-- One row")
    assert not re.search(r"\b(insert|update|delete|create|drop|attach|copy|install|load|pragma|set)\b", text)
    assert not re.search(r"read_(csv|parquet|json)|glob\(", text)
    assert data.relations_of(name), name
    assert {relation.split(".")[0] for relation in data.relations_of(name)} <= SCHEMAS


@pytest.mark.parametrize("name", NAMES)
def test_a_query_on_areas_asks_for_the_scope(name: str) -> None:
    if any(AREA_FACTS.search(relation) for relation in data.relations_of(name)) and name != "periods":
        assert "$scope" in data.sql_text(name)


def test_every_query_is_used() -> None:
    used = set().union(*(queries_of(page) for page in PAGES))
    assert set(NAMES) == used | {"column_labels"} | used


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_an_exposure_of_what_it_reads(page: str) -> None:
    exposures = yaml.safe_load((ROOT / "models" / "exposures.yml").read_text(encoding="utf-8"))["exposures"]
    exposure = next(item for item in exposures if item["name"] == f"page_{page}")
    assert exposure["label"] == PAGES[page]
    refs = [re.fullmatch(r"ref\('([a-z_]+)'\)", item)[1] for item in exposure["depends_on"]]
    declared = {name.replace("__", ".") if "__" in name else f"core.{name}" for name in refs}
    assert len(refs) == len(declared)
    assert declared | set(exposure["config"]["meta"]["export_relations"]) == relations_of_page(page)


@pytest.fixture
def small_build(tmp_path: Path) -> data.Build:
    """A published file with one table, enough to try the door itself."""
    path = tmp_path / "builds" / "b1" / "marts.duckdb"
    path.parent.mkdir(parents=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema fund_balance")
        connection.execute(
            "create table fund_balance.bridge_fund_scope as select * from (values "
            "('150400', 'employee', 'pooled', '310100', true), ('150300', 'employee', 'pooled', '310100', true)) "
            "as t (area_code, scheme_code, basis_code, fund_code, is_split)"
        )
    (tmp_path / "CURRENT").write_text("b1\n", encoding="utf-8")
    build = data.current_build(tmp_path)
    assert build is not None
    yield build
    data.clear_caches()


def test_one_readers_rows_are_not_served_to_another(small_build: data.Build) -> None:
    everybody = data.rows(small_build, Scope(everything=True), "fund_scopes")
    one = data.rows(small_build, Scope(everything=False, areas=("150400",)), "fund_scopes")
    nobody = data.rows(small_build, Scope(everything=False), "fund_scopes")
    assert sorted(everybody["area_code"]) == ["150300", "150400"]
    assert one["area_code"].tolist() == ["150400"]
    assert nobody.empty
    assert len(data.rows(small_build, Scope(everything=True), "fund_scopes")) == 2


def test_the_connection_is_locked_down(small_build: data.Build, tmp_path: Path) -> None:
    connection = data.connection(small_build.path)
    outside = tmp_path / "outside.csv"
    outside.write_text("a\n1\n", encoding="utf-8")
    for sql in (
        "create table core_x (a int)",
        f"select * from read_csv('{outside}')",
        f"copy (select 1) to '{tmp_path / 'x.csv'}'",
        "set enable_external_access = true",
        f"attach '{tmp_path / 'y.duckdb'}'",
    ):
        with pytest.raises(duckdb.Error):
            connection.cursor().execute(sql)


def test_a_new_build_is_another_path(small_build: data.Build, tmp_path: Path) -> None:
    assert data.current_build(tmp_path) == small_build
    (tmp_path / "CURRENT").write_text("gone", encoding="utf-8")
    assert data.current_build(tmp_path) is None


def test_homes_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SHOUZHI_HOMES", "甲=/a/b;乙=c")
    assert data.homes() == {"甲": Path("/a/b"), "乙": Path("c")}
    monkeypatch.delenv("SHOUZHI_HOMES")
    monkeypatch.chdir(tmp_path)
    assert list(data.homes()) == ["演示数据", "公开数据"]
    (tmp_path / "var").mkdir()
    assert list(data.homes()) == ["演示数据"]


def test_a_metric_names_the_pages_that_show_it() -> None:
    def titles(code: str, *relations: str) -> list[str]:
        return [title for _, title in pages_using(code, list(relations))]

    assert titles("arrears_yuan", "fund_balance.fct_collection") == ["统筹区画像"]
    assert titles("insured_count", "enrolment.fct_insured_month") == ["统筹区画像"]
    assert "政策参数" not in titles("reserve_months", "fund_balance.fct_fund_balance")
    assert {"风险总览", "统筹区画像", "基金收支"} <= set(
        titles("reserve_months", "fund_balance.fct_fund_balance")
    )
    assert titles("no_such_metric", "benefits.no_such_relation") == []
