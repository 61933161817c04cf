"""Builds on disk and the pointer that says which one is published.

A build is a folder ``HOME/builds/<id>`` that is complete from the moment it has that name. The pointer
file ``HOME/CURRENT`` is replaced as a whole; that is the only instant of publishing.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shouzhi.errors import UserError
from shouzhi.home import Home, sync_folder, write_durably
from shouzhi.warehouse.fault import fault_point
from shouzhi.warehouse.identity import file_hash

MARTS_NAME = "marts.duckdb"
MANIFEST_NAME = "manifest.json"
STAGING_PREFIX = ".staging-"
REJECTED_PREFIX = "rejected-"


@dataclass(frozen=True)
class Build:
    """One finished build folder."""

    build_id: str
    folder: Path
    manifest: dict[str, Any]

    @property
    def marts(self) -> Path:
        return self.folder / MARTS_NAME


def read_build(folder: Path) -> Build | None:
    """The build in ``folder``, or nothing where its manifest cannot be read."""
    try:
        manifest = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Build(folder.name, folder, manifest) if isinstance(manifest, dict) else None


def finished_builds(home: Home) -> list[Build]:
    """All builds that can be published, newest first."""
    if not home.builds.is_dir():
        return []
    folders = [
        folder
        for folder in home.builds.iterdir()
        if folder.is_dir() and not folder.name.startswith((STAGING_PREFIX, REJECTED_PREFIX))
    ]
    builds = [build for folder in folders if (build := read_build(folder)) is not None]
    return sorted(
        builds, key=lambda build: (build.manifest.get("built_at", ""), build.build_id), reverse=True
    )


def is_intact(build: Build) -> bool:
    """Whether the published tables are byte for byte what was exported, and every file of rows is there whole.

    Files of rows are the lake's own, which are never changed: their sizes are compared, not their bytes.
    """
    expected = build.manifest.get("marts_sha256")
    if not build.marts.is_file() or expected != file_hash(build.marts):
        return False
    files = {build.folder / "rows" / path: size for path, size in build.manifest.get("row_files", {}).items()}
    return all(path.is_file() and path.stat().st_size == size for path, size in files.items())


def published_id(home: Home) -> str | None:
    """The id in the pointer file."""
    try:
        return home.pointer.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def published_build(home: Home) -> Build:
    """The build that readers see."""
    build_id = published_id(home)
    if build_id is None:
        raise UserError(f"数据目录 {home.root} 还没有发布过版本。请先运行 shouzhi run <报表文件夹>。")
    build = read_build(home.builds / build_id)
    if build is None or not build.marts.is_file():
        raise UserError(
            f"发布的版本 {build_id} 的文件不见了。请运行 shouzhi builds 查看还有哪些版本，再用 shouzhi publish 切换。"
        )
    return build


def point_to(home: Home, build_id: str) -> None:
    """Publish: replace the pointer."""
    fault_point("before_pointer")
    write_durably(home.pointer, build_id + "\n")
    fault_point("after_pointer")


def find_build(home: Home, prefix: str) -> Build:
    """The one finished build whose id starts with ``prefix``."""
    builds = finished_builds(home)
    matches = [build for build in builds if build.build_id.startswith(prefix)] if prefix else []
    exact = [build for build in matches if build.build_id == prefix]
    if exact or len(matches) == 1:
        return (exact or matches)[0]
    if not matches:
        known = "、".join(build.build_id for build in builds) or "（还没有版本）"
        raise UserError(f"没有以“{prefix}”开头的版本。现有版本：{known}。")
    ids = "、".join(build.build_id for build in matches)
    raise UserError(f"以“{prefix}”开头的版本不止一个：{ids}。请多写几位。")


def named_build(home: Home, name: str) -> Build:
    """A build by the start of its id, or by what it is: ``current`` or the one made before it, ``previous``."""
    if name not in ("current", "previous"):
        return find_build(home, name)
    current = published_build(home)
    if name == "current":
        return current
    order = [build.build_id for build in finished_builds(home)]
    older = order[order.index(current.build_id) + 1 :] if current.build_id in order else []
    if not older:
        raise UserError("正在发布的版本之前没有保留更早的版本，没有可比较的。见 shouzhi builds。")
    return find_build(home, older[0])


def staging_folder(home: Home, build_id: str) -> Path:
    """A fresh folder to write a build into; readers never look at it."""
    folder = home.builds / f"{STAGING_PREFIX}{build_id}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def settle(home: Home, staging: Path, build_id: str) -> Build:
    """Give a complete staging folder its final name.

    A damaged folder of the same id is moved aside first: ids are hashes of all inputs, so what replaces
    it is the same build made anew.
    """
    final = home.builds / build_id
    fault_point("before_rename")
    if final.exists():
        aside = home.builds / f"{STAGING_PREFIX}damaged-{build_id}"
        shutil.rmtree(aside, ignore_errors=True)
        final.rename(aside)
    staging.rename(final)
    sync_folder(home.builds)
    build = read_build(final)
    assert build is not None, final
    return build


def clear_leftovers(home: Home) -> None:
    """Remove what killed runs left; called under the lock, so nobody is writing there."""
    for folder in home.builds.glob(f"{STAGING_PREFIX}*"):
        shutil.rmtree(folder, ignore_errors=True)


def keep_recent(home: Home, keep: int) -> list[str]:
    """Remove all but the newest ``keep`` builds and the published one; the ids that went."""
    published = published_id(home)
    others = [build for build in finished_builds(home) if build.build_id != published]
    removed = others[max(keep - 1, 0) :]
    for build in removed:
        shutil.rmtree(build.folder, ignore_errors=True)
    return [build.build_id for build in removed]
