"""Files of the lake or of a build that are cut off: the command names the file and what helps."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from shouzhi.errors import UserError
from shouzhi.intake import check_extracts
from shouzhi.intake.lake import damage_named
from shouzhi.progress import silent
from shouzhi.warehouse.replaced import read_replaced

pytestmark = pytest.mark.pipeline

PART = "lake/fund_statement/delivery=000001/part.parquet"
LAKE_DAMAGED = f"数据湖的文件 {PART} 已损坏，没有发布。请从备份恢复 lake 文件夹后再运行。"


def cut_off(path: Path) -> bytes:
    """Half of a file; what it was."""
    whole = path.read_bytes()
    path.chmod(0o600)
    os.truncate(path, len(whole) // 2)
    return whole


def marts_of(home: Path) -> Path:
    return home / "builds" / (home / "CURRENT").read_text(encoding="utf-8").strip() / "marts.duckdb"


def test_a_file_of_the_lake_is_named(
    copied_home: Path, tiny_extracts: Path, tmp_path: Path, shouzhi: Callable
) -> None:
    before = marts_of(copied_home)
    whole = cut_off(copied_home / PART)
    (tmp_path / "again").mkdir()
    (given,) = tiny_extracts.iterdir()
    text = given.read_text(encoding="utf-8").replace("1400.00", "1450.00").replace("1500.00", "1450.00")
    (tmp_path / "again" / given.name).write_text(text, encoding="utf-8")
    result = shouzhi("run", tmp_path / "again", "--home", copied_home)
    assert result.returncode == 2, result.stdout
    assert result.stderr.splitlines()[-1] == LAKE_DAMAGED
    log = json.loads((copied_home / "run_log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert (log["exit_code"], log["message"]) == (2, LAKE_DAMAGED)
    assert marts_of(copied_home) == before

    (copied_home / PART).write_bytes(whole)
    again = shouzhi("run", tmp_path / "again", "--home", copied_home)
    assert again.returncode == 0, again.stdout + again.stderr


def test_only_damage_is_called_damage(copied_home: Path, tiny_extracts: Path) -> None:
    with pytest.raises(ZeroDivisionError), damage_named(copied_home / "lake"):
        raise ZeroDivisionError
    cut_off(copied_home / PART)
    with pytest.raises(UserError, match="nothing of the lake"), damage_named(copied_home / "lake"):
        raise UserError("nothing of the lake")
    with pytest.raises(UserError, match="已损坏"), damage_named(copied_home / "lake"):
        raise OSError
    # what needs no row of the lake is not kept from working
    assert check_extracts(tiny_extracts, silent(), lake_root=copied_home / "lake").exit_code == 0


def test_a_published_build_is_named_and_made_again(
    copied_home: Path, tiny_home: Path, tmp_path: Path, shouzhi: Callable
) -> None:
    marts = marts_of(copied_home)
    cut_off(marts)
    assert read_replaced(marts, marts_of(tiny_home)) == []
    asked = shouzhi("query", "select count(*) from core.dim_area", "--home", copied_home)
    assert asked.returncode == 2
    assert f"版本 {marts.parent.name} 的文件 {marts} 已损坏或不完整" in asked.stderr
    assert "shouzhi run" in asked.stderr and "shouzhi publish" in asked.stderr
    assert "程序内部出错" not in asked.stderr

    (tmp_path / "empty").mkdir()
    result = shouzhi("run", tmp_path / "empty", "--home", copied_home)
    assert result.returncode == 0, result.stdout + result.stderr
    asked = shouzhi("query", "select count(*) from core.dim_area", "--home", copied_home)
    assert asked.returncode == 0, asked.stderr
