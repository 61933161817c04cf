"""What dbt parsed serves every home of one product version, and no other version."""

from pathlib import Path

from shouzhi.warehouse import parse_cache


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
