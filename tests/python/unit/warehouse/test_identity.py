"""The build id follows lake, code and region, and nothing else."""

import os
from pathlib import Path

from shouzhi.warehouse import identity


def product(root: Path) -> Path:
    for name, text in {
        "dbt_project.yml": "name: x",
        "models/a.sql": "select 1",
        "seeds/s.csv": "a\n1",
        "shouzhi/b.py": "b = 1",
        "shouzhi/synthetic/c.py": "c = 1",
        "docs/readme.md": "text",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_every_file_that_shapes_a_build_changes_the_hash(tmp_path: Path) -> None:
    root = product(tmp_path)
    before = identity.code_hash(root)
    for name in ("dbt_project.yml", "models/a.sql", "seeds/s.csv", "shouzhi/b.py"):
        path = root / name
        text = path.read_text(encoding="utf-8")
        path.write_text(text + " ", encoding="utf-8")
        assert identity.code_hash(root) != before, name
        path.write_text(text, encoding="utf-8")
    assert identity.code_hash(root) == before


def test_documents_times_and_the_sample_generator_do_not(tmp_path: Path) -> None:
    root = product(tmp_path)
    before = identity.code_hash(root)
    (root / "docs/readme.md").write_text("other", encoding="utf-8")
    (root / "shouzhi/synthetic/c.py").write_text("c = 2", encoding="utf-8")
    (root / "shouzhi/__pycache__").mkdir()
    (root / "shouzhi/__pycache__/b.pyc").write_bytes(b"x")
    os.utime(root / "models/a.sql", (0, 0))
    assert identity.code_hash(root) == before


def test_moving_a_file_changes_the_hash(tmp_path: Path) -> None:
    root = product(tmp_path)
    before = identity.code_hash(root)
    (root / "models/a.sql").rename(root / "models/b.sql")
    assert identity.code_hash(root) != before


def test_build_id_separates_its_parts() -> None:
    assert identity.build_id("ab", "c", "d") != identity.build_id("a", "bc", "d")
    assert identity.build_id("a", "b", "public") != identity.build_id("a", "b", "neimenggu")
    assert identity.build_id("a", "b", "c") == identity.build_id("a", "b", "c")
    assert identity.build_id("a", "b", "c", True) != identity.build_id("a", "b", "c")
    assert len(identity.build_id("a", "b", "c")) == 12
