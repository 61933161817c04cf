"""What may not be read or written: a sentence that names the place, never the program's own error."""

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.pipeline

ROOT = Path(__file__).resolve().parents[3]
PR_CAPBSET_DROP = 24
READS_AND_WRITES_ALL = (1, 2)
NAME = "fund_statement_2024_呼和浩特.csv"


def as_everybody() -> None:
    """Permissions count for root too, once it has given up the two capabilities that pass over them."""
    libc = ctypes.CDLL(None)
    for capability in READS_AND_WRITES_ALL:
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def shouzhi_as_everybody(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shouzhi.cli", *(str(each) for each in arguments)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        preexec_fn=as_everybody,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.fixture
def closed() -> Iterator[list[Path]]:
    """What a test closes is opened again, so that it can be removed."""
    paths: list[Path] = []
    yield paths
    for path in paths:
        path.chmod(0o700)


@pytest.mark.parametrize("folder", [".", "lake", "builds", "work"])
def test_a_home_that_may_not_be_written(
    copied_home: Path, tiny_extracts: Path, closed: list[Path], folder: str
) -> None:
    build = (copied_home / "CURRENT").read_text(encoding="utf-8").strip()
    place = (copied_home / folder).resolve()
    if folder == ".":
        (place / "lock").unlink()
    closed.append(place)
    place.chmod(0o500)
    commands = [("run", tiny_extracts)]
    commands += [("publish", build), ("dismiss", "x.csv", "--reason", "不用")] if folder == "." else []
    for arguments in commands:
        result = shouzhi_as_everybody(*arguments, "--home", copied_home)
        assert result.returncode == 2, result.stdout
        assert (
            result.stderr.splitlines()[-1]
            == f"数据目录 {place} 不能写入（没有权限）。请换一个目录或检查权限。"
        )
    assert shouzhi_as_everybody("query", "select 1", "--home", copied_home).returncode == 0


def test_a_home_that_may_not_be_read(copied_home: Path, closed: list[Path]) -> None:
    pointer = copied_home / "CURRENT"
    pointer.chmod(0)
    result = shouzhi_as_everybody("query", "select 1", "--home", copied_home)
    assert result.returncode == 2
    assert f"没有读写 {pointer} 的权限" in result.stderr and "程序内部出错" not in result.stderr


def test_an_extract_that_may_not_be_read_is_refused_alone(
    tiny_extracts: Path, copied_home: Path, tmp_path: Path, closed: list[Path]
) -> None:
    folder = tmp_path / "extracts"
    (folder / "锁住").mkdir(parents=True)
    for name in (
        "fund_statement_2025.csv",
        "psn_insu_d_202401.csv",
        "旧.zip",
        "锁住/fund_statement_2026.csv",
    ):
        (folder / name).write_text("a,b\n1,2\n", encoding="utf-8")
        (folder / name).chmod(0)
    (folder / NAME).write_bytes((tiny_extracts / NAME).read_bytes())
    closed.append(folder / "锁住")
    (folder / "锁住").chmod(0)
    reason = "不能读取（没有权限），请检查它的权限或重新复制一份后再放入"
    for arguments in (("check", folder), ("run", folder)):
        result = shouzhi_as_everybody(*arguments, "--home", copied_home)
        assert result.returncode == 1, result.stdout + result.stderr
        assert result.stdout.count(reason) >= 4, result.stdout
        for name in ("fund_statement_2025.csv", "psn_insu_d_202401.csv", "旧.zip", "锁住/"):
            assert name in result.stdout, result.stdout
    log = json.loads((copied_home / "run_log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert log["exit_code"] == 1


def test_extracts_that_may_not_be_looked_into(tmp_path: Path, closed: list[Path]) -> None:
    folder = tmp_path / "extracts"
    folder.mkdir()
    closed.append(folder)
    folder.chmod(0)
    result = shouzhi_as_everybody("check", folder)
    assert result.returncode == 2
    assert f"{folder} 不能读取（没有权限）" in result.stderr
