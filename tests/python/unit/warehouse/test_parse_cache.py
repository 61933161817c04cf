"""What dbt parsed serves every home of one product version, and no other version."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shouzhi.warehouse import dbt_build, parse_cache

PROJECT = """\
name: small
version: "1.0"
profile: small
"""
PROFILE = """\
small:
  target: duckdb
  outputs:
    duckdb: {type: duckdb, path: "{{ env_var('SHOUZHI_WAREHOUSE') }}", schema: main}
"""


def parsed(root: Path, product: Path, code: str, content: bytes | None = None) -> bytes | None:
    """A run of one home: what it finds parsed, after which it keeps ``content`` as its own parse."""
    parse_cache.lay_out(root, code, product)
    cache = root / parse_cache.FILE_NAME
    found = cache.read_bytes() if cache.is_file() else None
    if content is not None:
        cache.write_bytes(content)
    parse_cache.keep(root, code, product)
    return found


def test_a_new_product_version_parses_afresh_and_the_same_one_keeps_its_cache(tmp_path: Path) -> None:
    home, product = tmp_path / "dbt", tmp_path / "product"
    assert parsed(home, product, "code-1", b"parsed by code-1") is None
    assert parsed(home, product, "code-1") == b"parsed by code-1"
    assert parsed(home, product, "code-2") is None


def test_a_new_home_finds_what_another_parsed_by_the_same_product(tmp_path: Path) -> None:
    product = tmp_path / "product"
    parsed(tmp_path / "first", product, "code-1", b"parsed by code-1")
    assert parsed(tmp_path / "second", product, "code-1") == b"parsed by code-1"
    assert parsed(tmp_path / "third", product, "code-2", b"parsed by code-2") is None
    assert parsed(tmp_path / "fourth", product, "code-2") == b"parsed by code-2"
    # the parse holds the place of the product
    moved = tmp_path / "moved"
    product.rename(moved)
    assert parsed(tmp_path / "fifth", moved, "code-2") is None


def test_what_dbt_parsed_anew_replaces_what_was_kept(tmp_path: Path) -> None:
    product = tmp_path / "product"
    parsed(tmp_path / "first", product, "code-1", b"damaged")
    parsed(tmp_path / "first", product, "code-1", b"parsed by code-1")
    assert parsed(tmp_path / "second", product, "code-1") == b"parsed by code-1"
    assert len(list((product / "target" / "parse").iterdir())) == 1


def test_where_the_product_cannot_be_written_a_home_keeps_its_own(tmp_path: Path) -> None:
    product = tmp_path / "product"
    product.write_text("not a folder", encoding="utf-8")
    assert parsed(tmp_path / "home", product, "code-1", b"parsed by code-1") is None
    assert parsed(tmp_path / "home", product, "code-1") == b"parsed by code-1"
    assert parsed(tmp_path / "other", product, "code-1") is None


@pytest.fixture
def product(tmp_path: Path) -> Path:
    """A dbt project of one model, laid out as the product is."""
    root = tmp_path / "product"
    (root / "models").mkdir(parents=True)
    (root / "models" / "one.sql").write_text("select 1 as one", encoding="utf-8")
    (root / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
    (root / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    return root


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The dbt commands that were given."""
    given: list[str] = []
    invoke = dbt_build.invoke

    def noted(arguments: list[str], manifest: object = None) -> object:
        given.append(arguments[0])
        return invoke(arguments, manifest)

    monkeypatch.setattr(dbt_build, "invoke", noted)
    return given


def models_of(home: Path, code: str, product: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    monkeypatch.setenv("SHOUZHI_WAREHOUSE", str(home / "work" / "warehouse.duckdb"))
    return set(dbt_build.parsed_models(home / "work" / "dbt", code, product).nodes)


def test_dbt_parses_once_for_all_homes_of_a_version(
    tmp_path: Path, product: Path, commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = {"model.small.one"}
    assert models_of(tmp_path / "first", "code-1", product, monkeypatch) == one
    assert models_of(tmp_path / "second", "code-1", product, monkeypatch) == one
    assert commands == ["parse"]
    (product / "models" / "two.sql").write_text("select * from {{ ref('one') }}", encoding="utf-8")
    assert models_of(tmp_path / "first", "code-2", product, monkeypatch) == {*one, "model.small.two"}
    assert commands == ["parse", "parse"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"damaged",
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"dbt_version\xa71.", b"dbt_version\xa70."),
    ],
    ids=["no message", "cut off", "another dbt"],
)
def test_what_cannot_be_read_is_parsed_anew_and_replaced(
    tmp_path: Path,
    product: Path,
    commands: list[str],
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[bytes], bytes],
) -> None:
    models_of(tmp_path / "first", "code", product, monkeypatch)
    kept = parse_cache.kept_parse(parse_cache.parse_key("code", product), product)
    whole = kept.read_bytes()
    assert spoil(whole) != whole
    kept.write_bytes(spoil(whole))
    assert models_of(tmp_path / "second", "code", product, monkeypatch) == {"model.small.one"}
    assert models_of(tmp_path / "third", "code", product, monkeypatch) == {"model.small.one"}
    assert commands == ["parse", "parse"]
