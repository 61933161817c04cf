"""dbt's parse cache never outlives the product version that wrote it."""

from pathlib import Path

from shouzhi.home import open_home
from shouzhi.warehouse.dbt_build import forget_other_code


def test_a_new_product_version_parses_afresh_and_the_same_one_keeps_its_cache(tmp_path: Path) -> None:
    home = open_home(tmp_path / "var")
    forget_other_code(home, "code-1")
    cache = home.dbt_target / "partial_parse.msgpack"
    cache.write_bytes(b"parsed by code-1")
    forget_other_code(home, "code-1")
    assert cache.read_bytes() == b"parsed by code-1"
    forget_other_code(home, "code-2")
    assert not cache.exists()
