"""Builds on disk, the pointer, retention."""

import json
from pathlib import Path

import pytest

from shouzhi.errors import UserError
from shouzhi.home import Home, open_home
from shouzhi.warehouse import publish
from shouzhi.warehouse.identity import file_hash


def add_build(home: Home, build_id: str, built_at: str) -> publish.Build:
    staging = publish.staging_folder(home, build_id)
    marts = staging / publish.MARTS_NAME
    marts.write_bytes(build_id.encode())
    manifest = {"build_id": build_id, "built_at": built_at, "marts_sha256": file_hash(marts)}
    (staging / publish.MANIFEST_NAME).write_text(json.dumps(manifest), encoding="utf-8")
    return publish.settle(home, staging, build_id)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(tmp_path / "var")


def test_nothing_published_is_a_sentence(home: Home) -> None:
    with pytest.raises(UserError, match="还没有发布过版本"):
        publish.published_build(home)


def test_staging_is_never_a_build(home: Home) -> None:
    publish.staging_folder(home, "aaaa")
    assert publish.finished_builds(home) == []
    publish.clear_leftovers(home)
    assert list(home.builds.iterdir()) == []


def test_pointer_names_the_published_build_and_goes_back(home: Home) -> None:
    first = add_build(home, "aaaa1111", "2026-01-01T00:00:00")
    second = add_build(home, "bbbb2222", "2026-01-02T00:00:00")
    publish.point_to(home, second.build_id)
    assert publish.published_build(home) == second
    publish.point_to(home, publish.find_build(home, "aa").build_id)
    assert publish.published_build(home) == first
    assert [build.build_id for build in publish.finished_builds(home)] == ["bbbb2222", "aaaa1111"]


def test_a_prefix_must_name_one_build(home: Home) -> None:
    add_build(home, "aaaa1111", "1")
    add_build(home, "aaaa2222", "2")
    with pytest.raises(UserError, match="不止一个：aaaa2222、aaaa1111"):
        publish.find_build(home, "aaaa")
    with pytest.raises(UserError, match="没有以“zz”开头的版本。现有版本：aaaa2222、aaaa1111"):
        publish.find_build(home, "zz")
    with pytest.raises(UserError, match="没有以“”开头的版本"):
        publish.find_build(home, "")


def test_a_changed_file_is_not_intact(home: Home) -> None:
    build = add_build(home, "aaaa", "1")
    assert publish.is_intact(build)
    build.marts.write_bytes(b"other")
    assert not publish.is_intact(build)
    build.marts.unlink()
    assert not publish.is_intact(build)


def test_a_damaged_build_of_the_same_id_is_replaced(home: Home) -> None:
    add_build(home, "aaaa", "1").marts.write_bytes(b"damaged")
    assert publish.is_intact(add_build(home, "aaaa", "2"))


def test_retention_never_removes_the_published_build(home: Home) -> None:
    for number in range(5):
        add_build(home, f"build{number}", f"2026-01-0{number + 1}")
    publish.point_to(home, "build0")
    assert publish.keep_recent(home, 3) == ["build2", "build1"]
    assert {build.build_id for build in publish.finished_builds(home)} == {"build0", "build3", "build4"}
    assert publish.keep_recent(home, 1) == ["build4", "build3"]
    assert publish.published_build(home).build_id == "build0"
